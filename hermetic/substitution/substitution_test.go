package substitution

import (
	"os"
	"strings"
	"testing"
)

// The README is what people read first: it hides no substitution and invents none.
func TestReadmeHasTheTable(t *testing.T) {
	rows, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := Markdown(rows); !strings.Contains(string(readme), want) {
		t.Errorf("README.md does not have the table of substitutions.yaml; it should read\n%s", want)
	}
}

func TestEveryCellIsFilled(t *testing.T) {
	rows, err := Table()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		t.Fatal("the table is empty")
	}
	for _, r := range rows {
		for name, cell := range map[string]string{"specified": r.Specified, "public": r.Public, "hermetic": r.Hermetic, "why": r.Why} {
			if cell == "" || strings.ContainsAny(cell, "|\n") {
				t.Errorf("%q: the cell %s is %q", r.Specified, name, cell)
			}
		}
	}
}
