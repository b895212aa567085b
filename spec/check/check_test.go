package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"

	"assay.dev/assay/spec"
)

var _ = It("KFK-003", func() {}, ginkgo.Label("slow"))

func TestItNamesAndLabelsTheCheck(t *testing.T) {
	reports := ginkgo.PreviewSpecs("check").SpecReports
	if len(reports) != 1 {
		t.Fatalf("%d checks, want one", len(reports))
	}
	got := reports[0]
	if got.LeafNodeText != spec.Req("KFK-003").Text() {
		t.Errorf("the check is called %q", got.LeafNodeText)
	}
	want := append(spec.Req("KFK-003").Labels(), "slow")
	if labels := got.Labels(); !slices.Equal(labels, want) {
		t.Errorf("labels %v, want %v", labels, want)
	}
	if file := got.LeafNodeLocation.FileName; !strings.HasSuffix(file, "check_test.go") {
		t.Errorf("the check is reported at %s", file)
	}
}

func TestUnknownRequirementPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown ID is accepted")
		}
	}()
	It("KFK-999", func() {})
}
