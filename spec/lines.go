package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// problemForm is a problem of validation: the file, the path of a value, what is wrong.
var problemForm = regexp.MustCompile(`^([^:\s]+): ([a-zA-Z]+(?:\.[a-zA-Z]+|\[[^\]]*\])*)(.*)$`)

// withLines puts the line of the value into each problem that names one by its path, such
// as topics[orders].partitions. A path that leads nowhere is followed as far as it goes.
func withLines(raw []byte, problems Problems) Problems {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil || len(doc.Content) == 0 {
		return problems
	}
	located := make(Problems, len(problems))
	for i, problem := range problems {
		located[i] = problem
		m := problemForm.FindStringSubmatch(problem)
		if m == nil {
			continue
		}
		if line := lineOf(doc.Content[0], m[2]); line > 0 {
			located[i] = fmt.Sprintf("%s:%d: %s%s", m[1], line, m[2], m[3])
		}
	}
	return located
}

var step = regexp.MustCompile(`[a-zA-Z]+|\[[^\]]*\]`)

// lineOf is the line of the value that a path leads to, 0 if not even its first step does.
func lineOf(node *yaml.Node, path string) int {
	line := 0
	for _, part := range step.FindAllString(path, -1) {
		next, at := follow(node, part)
		if next == nil {
			break
		}
		node, line = next, at
	}
	return line
}

// follow returns what one step leads to, and its line: that of its key in a mapping.
func follow(node *yaml.Node, part string) (*yaml.Node, int) {
	row, isRow := strings.CutPrefix(part, "[")
	row = strings.TrimSuffix(row, "]")
	for i, child := range node.Content {
		switch {
		case node.Kind == yaml.MappingNode && i%2 == 0 && !isRow && child.Value == part:
			return node.Content[i+1], child.Line
		case node.Kind == yaml.SequenceNode && isRow && (strconv.Itoa(i) == row || calls(child, row)):
			return child, child.Line
		}
	}
	return nil, 0
}

// rowNames are the keys by which rows are called.
var rowNames = []string{"name", "family", "namespace", "appId", "path", "tier", "kind"}

// calls reports whether a row is called by a name.
func calls(row *yaml.Node, name string) bool {
	for i := 0; row.Kind == yaml.MappingNode && i+1 < len(row.Content); i += 2 {
		if slices.Contains(rowNames, row.Content[i].Value) && row.Content[i+1].Value == name {
			return true
		}
	}
	return row.Kind == yaml.ScalarNode && row.Value == name
}
