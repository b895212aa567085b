// Package docs_test holds the pages of docs/ against the program: commands are run, paths
// and identifiers have to exist, and generated pages have to be what the code says.
//
//	go test ./docs            # compare
//	go test ./docs -update    # write the generated pages of docs/reference again
package docs_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated pages of docs/reference anew")

// root is the checkout.
const root = ".."

// page is one page of docs/.
type page struct {
	path string // below the checkout
	text string
}

// block is a fenced block of a page.
type block struct {
	line int    // of the page, of its first fence
	kind string // and what else stands behind the first fence
	// indent is what stands before the first fence.
	indent string
	text   string
}

// pages returns all pages below docs/ and the README of the checkout.
func pages(t *testing.T) []page {
	t.Helper()
	all := []page{read(t, "README.md")}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".md" {
			all = append(all, read(t, filepath.Join("docs", path)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, path string) page {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return page{filepath.ToSlash(path), string(content)}
}

// guide reports whether a page is one that tells what to do: its commands are tested.
func (p page) guide() bool {
	return p.path == "docs/tutorial.md" || p.path == "docs/questions.md" || p.path == "docs/found.md" || strings.HasPrefix(p.path, "docs/howto/")
}

// blocks returns the fenced blocks of a page.
func (p page) blocks() []block {
	var all []block
	var open *block
	for i, line := range strings.Split(p.text, "\n") {
		kind, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			indent, _, _ := strings.Cut(line, "`")
			open = &block{line: i + 1, kind: kind, indent: indent}
		case fence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return all
}

var (
	fences = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	inline = regexp.MustCompile("`([^`\n]+)`")
)

// prose is the page without its fenced blocks.
func (p page) prose() string { return fences.ReplaceAllString(p.text, "") }

// codes returns what stands between single backticks outside of fenced blocks.
func (p page) codes() []string {
	var all []string
	for _, found := range inline.FindAllStringSubmatch(p.prose(), -1) {
		all = append(all, found[1])
	}
	return all
}

// count asks of each code of a page whether it is of a kind, and why it is a wrong one, and
// returns how many are of the kind.
func count(t *testing.T, p page, wrong func(code string) (is bool, why string)) (seen int) {
	t.Helper()
	for _, code := range p.codes() {
		is, why := wrong(code)
		if is {
			seen++
		}
		if why != "" {
			t.Errorf("%s: %s", p.path, why)
		}
	}
	return seen
}

// golden compares a page with what it has to be, or writes it.
func golden(t *testing.T, path, want string) {
	t.Helper()
	file := filepath.Join(root, path)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got := strings.Split(read(t, path).text, "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("%s:%d is not what the code says; run go test ./docs -update\n  want: %s\n  have: %s", path, i+1, line, strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""))
		}
	}
	if want := strings.Count(want, "\n") + 1; len(got) != want {
		t.Fatalf("%s has %d lines, want %d; run go test ./docs -update", path, len(got), want)
	}
}

// TestEveryPageIsInTheIndex wants each page to be found from docs/README.md, and each
// page for users from the README of the checkout.
func TestEveryPageIsInTheIndex(t *testing.T) {
	index, readme := read(t, "docs/README.md"), read(t, "README.md")
	for _, p := range pages(t) {
		below, ok := strings.CutPrefix(p.path, "docs/")
		if !ok || below == "README.md" {
			continue
		}
		dir, _, nested := strings.Cut(below, "/")
		if nested && slices.Contains([]string{"decisions", "findings", "runs"}, dir) {
			below = dir + "/README.md" // has an index of its own
		}
		if !strings.Contains(index.text, "("+below+")") {
			t.Errorf("docs/README.md does not link %s", below)
		}
		if (dir == "howto" || below == "tutorial.md") && !strings.Contains(readme.text, "("+p.path+")") {
			t.Errorf("README.md does not link %s", p.path)
		}
	}
	if !strings.Contains(readme.text, "(docs/README.md)") {
		t.Error("README.md does not link docs/README.md")
	}
}

// TestTheFormOfGuides wants of each how-to page that it ends with how to see it red, and
// of each answer that it has few steps and leads somewhere.
func TestTheFormOfGuides(t *testing.T) {
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/howto/") {
			headings := heading.FindAllStringSubmatch(p.prose(), -1)
			if last := headings[len(headings)-1][1]; !strings.HasPrefix(last, "See it red") {
				t.Errorf("%s ends with %q, not with how to see it red", p.path, last)
			}
		}
	}
	answers := strings.Split(read(t, "docs/questions.md").text, "\n### ")[1:]
	for _, answer := range answers {
		question, text, _ := strings.Cut(answer, "\n")
		if steps := regexp.MustCompile(`(?m)^[0-9]+\. `).FindAllString(text, -1); len(steps) > 4 {
			t.Errorf("%q is answered in %d steps", question, len(steps))
		}
		leads := link.MatchString(text)
		for _, found := range inline.FindAllStringSubmatch(text, -1) {
			path, _ := deadPath(t, found[1])
			leads = leads || path
		}
		if !leads {
			t.Errorf("the answer to %q names no file", question)
		}
	}
	if len(answers) < 13 {
		t.Errorf("%d questions are answered", len(answers))
	}
}

var machine = regexp.MustCompile("(^|[\\s\"'(=\x60])/(root|home|work|Users)/")

// TestNoPathOfAMachine holds that pages can be used on any machine.
func TestNoPathOfAMachine(t *testing.T) {
	for _, p := range pages(t) {
		for i, line := range strings.Split(p.text, "\n") {
			if machine.MatchString(line) {
				t.Errorf("%s:%d names a path of one machine: %s", p.path, i+1, line)
			}
		}
	}
}
