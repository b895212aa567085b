package oci_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

// cloudSections are the sections of SPEC.md whose attributes Terraform makes.
var cloudSections = []string{"1. OKE Cluster", "2. Node Pool", "3. VCN"}

// TestEveryAttributeIsChecked holds what SPEC.md states in its sections on the
// cloud, and every requirement that no local cluster but an emulated OCI can prove,
// against the checks of this package. It runs none of them.
func TestEveryAttributeIsChecked(t *testing.T) {
	checked := checkedIDs()
	for _, section := range cloudSections {
		stated := 0
		for _, claim := range spec.Claims() {
			if claim.Section != section {
				continue
			}
			stated++
			for _, id := range claim.IDs {
				if !checked[id] {
					t.Errorf("%s: %s %q is claimed by %s, which no check here proves", section, claim.Kind, claim.Key, id)
				}
			}
		}
		if stated == 0 {
			t.Errorf("%s states nothing: was the section renamed?", section)
		}
	}
	for _, requirement := range spec.Requirements() {
		id, provable := requirement.ID, requirement.On(spec.OCISim)
		if provable && !requirement.On(spec.Kind) && !checked[id] {
			t.Errorf("%s can be proven on %s and has no check here", id, spec.OCISim)
		}
		if checked[id] && !provable {
			t.Errorf("%s has a check here and is not said to be provable on %s", id, spec.OCISim)
		}
	}
}

// checkedIDs are the requirements that checks of this package carry as labels.
func checkedIDs() map[string]bool {
	checked := map[string]bool{}
	for _, report := range PreviewSpecs(suiteName).SpecReports {
		for _, label := range report.Labels() {
			checked[label] = true
		}
	}
	return checked
}
