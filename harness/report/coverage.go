package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/spec"
)

// Coverage holds the requirements against the checks.
type Coverage struct {
	Requirements []Covered `json:"requirements"` // in the order of their IDs
	// Without are the requirements that no check claims, Unclaimed the checks
	// that claim none.
	Without   []string `json:"without,omitempty"`
	Unclaimed []string `json:"unclaimed,omitempty"`
	// Misplaced are requirements whose check is in another suite than the one
	// they name.
	Misplaced []string `json:"misplaced,omitempty"`

	sections []string
}

// Covered is a requirement with the checks that claim it.
type Covered struct {
	ID      string     `json:"id"`
	Level   spec.Level `json:"level"`
	Section string     `json:"section"`
	Suite   spec.Suite `json:"suite"`
	Checks  []string   `json:"checks"`
}

// Cover finds the checks of every requirement.
func Cover(s *spec.Spec, checks []suitereport.Listed) *Coverage {
	c := &Coverage{sections: s.Sections()}
	byID := map[string][]string{}
	for _, check := range checks {
		claimed := false
		for _, label := range check.Labels {
			r, ok := s.Lookup(label)
			if !ok {
				continue
			}
			claimed = true
			byID[label] = append(byID[label], check.Name)
			if r.Suite != check.Suite {
				c.Misplaced = append(c.Misplaced, fmt.Sprintf("%s belongs to %s, its check is in %s", r.ID, r.Suite, check.Suite))
			}
		}
		if !claimed {
			c.Unclaimed = append(c.Unclaimed, string(check.Suite)+": "+check.Name)
		}
	}
	for _, r := range s.Requirements {
		c.Requirements = append(c.Requirements, Covered{r.ID, r.Level, r.Section, r.Suite, byID[r.ID]})
		if len(byID[r.ID]) == 0 {
			c.Without = append(c.Without, r.ID)
		}
	}
	slices.Sort(c.Unclaimed)
	slices.Sort(c.Misplaced)
	return c
}

// Complete reports whether every requirement has a check, every check a
// requirement, and each is where the requirement says.
func (c *Coverage) Complete() bool {
	return len(c.Without)+len(c.Unclaimed)+len(c.Misplaced) == 0
}

// Print writes a table by section, at most width wide, and what is missing.
func (c *Coverage) Print(out io.Writer, width int) error {
	var rows [][]string
	total, covered := 0, 0
	for _, section := range c.sections {
		all, with := 0, 0
		var without []string
		for _, r := range c.Requirements {
			if r.Section != section {
				continue
			}
			all++
			if len(r.Checks) > 0 {
				with++
			} else {
				without = append(without, r.ID)
			}
		}
		total, covered = total+all, covered+with
		rows = append(rows, []string{section, fmt.Sprint(all), fmt.Sprint(with), strings.Join(without, " ")})
	}
	rows = append(rows, []string{"all", fmt.Sprint(total), fmt.Sprint(covered), ""})
	if err := columns.Print(out, width, []string{"section", "requirements", "with a check", "without"}, rows); err != nil {
		return fmt.Errorf("print the coverage: %w", err)
	}
	for _, group := range []struct {
		title string
		lines []string
	}{{"checks without a requirement", c.Unclaimed}, {"checks in another suite than their requirement", c.Misplaced}} {
		if len(group.lines) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s:\n", group.title)
		for _, line := range group.lines {
			fmt.Fprintln(out, columns.Indent("  ", line, width))
		}
	}
	return nil
}
