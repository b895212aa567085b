// Package substitution says what the platform has in the place of what the
// specification names, and why. The README and every report show the same table.
package substitution

import (
	_ "embed"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

//go:embed substitutions.yaml
var table []byte

// Substitution is one row of the table, its cells in Markdown.
type Substitution struct {
	// Specified is what the specification names.
	Specified string `json:"specified"`
	// Public and Hermetic are what is deployed with public images and in
	// hermetic mode.
	Public   string `json:"public"`
	Hermetic string `json:"hermetic"`
	Why      string `json:"why"`
}

// Table returns all substitutions in the order of the README.
func Table() ([]Substitution, error) {
	var rows []Substitution
	if err := yaml.UnmarshalStrict(table, &rows); err != nil {
		return nil, fmt.Errorf("read the substitutions: %w", err)
	}
	return rows, nil
}

// Markdown writes the table as the README has it.
func Markdown(rows []Substitution) string {
	var b strings.Builder
	b.WriteString("| specified | public images | hermetic mode | why |\n|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Specified, r.Public, r.Hermetic, r.Why)
	}
	return b.String()
}
