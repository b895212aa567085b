package mutants

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

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

// written is a claim that stands in a line of its own.
type written struct {
	spec.Claim
	Line string
}

// Quoted matches the text that is claimed.
func (w written) Quoted() string { return regexp.QuoteMeta(w.Text) }

// writtenClaims are the claims of texts that are written by hand, each in a line of its own
// that stands once.
func writtenClaims(s *spec.Spec) []spec.Row {
	raw, err := fs.ReadFile(s.Files, claimsFile)
	if err != nil {
		return nil
	}
	var all []spec.Row
	for line := range strings.Lines(string(raw)) {
		var entry []struct {
			Kind, Key string
			IDs       []string
		}
		if yaml.Unmarshal([]byte(line), &entry) != nil || len(entry) != 1 || entry[0].Kind != "text" || strings.Count(string(raw), line) != 1 {
			continue
		}
		for _, claim := range s.Claims {
			if claim.Kind == entry[0].Kind && claim.Key == entry[0].Key && slices.Equal(claim.IDs, entry[0].IDs) {
				all = append(all, spec.Row{Value: written{claim, line}})
				break
			}
		}
	}
	return all
}

// claimsFile is the file with the claims of a specification.
const claimsFile = "cells.yaml"
