package report

import (
	"fmt"

	"assay.dev/assay/hermetic/substitution"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/audit"
)

// Finding is a finding of the specification against itself, with its proof.
type Finding struct {
	ID          string   `json:"id"`
	Class       string   `json:"class"`
	Title       string   `json:"title"`
	Verdict     string   `json:"verdict"` // proven or refuted
	Sections    []string `json:"sections"`
	Arithmetic  []string `json:"arithmetic"`
	Consequence string   `json:"consequence"`
}

// Findings audits the specification again: the report shows the proof, not the
// memory of one.
func Findings(s *spec.Spec) ([]Finding, error) {
	in, err := audit.Of(s)
	if err != nil {
		return nil, err
	}
	found, err := audit.Audit(in)
	if err != nil {
		return nil, fmt.Errorf("audit the specification: %w", err)
	}
	all := make([]Finding, 0, len(found))
	for _, f := range found {
		all = append(all, Finding{
			ID: f.ID, Class: string(f.Class), Title: f.Title, Verdict: string(f.Verdict),
			Sections: f.Sections, Arithmetic: f.Arithmetic, Consequence: f.Consequence,
		})
	}
	return all, nil
}

// Substitution is a part of the platform that stands for another one.
type Substitution struct {
	Specified string `json:"specified"`
	Deployed  string `json:"deployed"` // in this run, as Markdown
	Why       string `json:"why"`
}

// substitutions lists what stands for what with the images that the run used. Of
// unknown images the longer list, the hermetic one, is shown.
func substitutions(images string) ([]Substitution, error) {
	table, err := substitution.Table()
	if err != nil {
		return nil, err
	}
	all := make([]Substitution, 0, len(table))
	for _, s := range table {
		deployed := s.Hermetic
		if images == "public" {
			deployed = s.Public
		}
		all = append(all, Substitution{Specified: s.Specified, Deployed: deployed, Why: s.Why})
	}
	return all, nil
}
