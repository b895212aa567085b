package mutants

import (
	"io/fs"
	"regexp"
	"strings"

	"assay.dev/assay/spec"
)

// revised is the line with the date of the specification's revision, and the same with
// another date.
type revised struct{ Line, Other, Date string }

var dateLine = regexp.MustCompile(`(?m)^\s+date:\s.*$`)

// revision is a table of one row, or of none if it cannot be said which line it is.
func revision(s *spec.Spec) []spec.Row {
	raw, err := fs.ReadFile(s.Files, spec.PlatformFile)
	lines := dateLine.FindAllString(string(raw), -1)
	if err != nil || len(lines) != 1 {
		return nil
	}
	other := s.Specification.Date.AddDate(0, 0, 1).Format("2006-01-02")
	line := regexp.MustCompile(`date:.*`).FindString(lines[0])
	if strings.Count(string(raw), line) != 1 {
		return nil
	}
	return []spec.Row{{Value: revised{Line: line, Other: "date: " + other, Date: other}}}
}
