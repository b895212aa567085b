package oci

import (
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

// cloudSections are the sections of SPEC.md whose attributes Terraform makes.
var cloudSections = []string{"1. OKE Cluster", "2. Node Pool", "3. VCN"}

// cloudFamilies are the families of requirements on what Terraform makes.
var cloudFamilies = []string{"NET", "OKE", "NPL", "ADB"}

// TestEveryAttributeIsChecked holds what SPEC.md states in its sections on the
// cloud, and every requirement on it that a local cluster cannot prove, against the
// checks of this package. It runs none of them.
func TestEveryAttributeIsChecked(t *testing.T) {
	if err := p.Build(); err != nil {
		t.Fatal(err)
	}
	checked := checkedIDs()
	for _, section := range cloudSections {
		stated := 0
		for _, claim := range p.Spec.Claims {
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
	for _, requirement := range p.Spec.Requirements {
		if !slices.Contains(cloudFamilies, requirement.Family()) {
			continue
		}
		if cloudAlone := !requirement.On(spec.Kind); cloudAlone != checked[requirement.ID] {
			t.Errorf("%s: provable in a cloud alone is %v, checked here is %v", requirement.ID, cloudAlone, checked[requirement.ID])
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
