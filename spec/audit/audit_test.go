package audit

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/document"
	"assay.dev/assay/spec/todo"
)

// fresh is an input that a test may change.
func fresh(t *testing.T) *Input {
	t.Helper()
	p, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := spec.ParseFacts("facts.yaml", spec.FactsYAML())
	if err != nil {
		t.Fatal(err)
	}
	return &Input{Platform: p.Platform, Facts: w, Document: rewritten(t), Sections: p.Areas()}
}

// rewritten is SPEC.md with pairs of old and new texts replaced.
func rewritten(t *testing.T, pairs ...string) *document.Document {
	t.Helper()
	text := todo.Must().Document
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q is no longer in SPEC.md", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	doc, err := document.Parse("SPEC.md", text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func findings(t *testing.T, in Input) map[string]Finding {
	t.Helper()
	list, err := Audit(in)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]Finding{}
	for _, f := range list {
		if _, ok := byID[f.ID]; ok {
			t.Errorf("two findings are called %s", f.ID)
		}
		byID[f.ID] = f
	}
	return byID
}

func quantityOf(s string) spec.Quantity { return spec.MustQuantity(s) }

func prefix(s string) spec.CIDR { return spec.CIDR{Prefix: netip.MustParsePrefix(s)} }

// Each finding has the verdict that the specification deserves, and the other
// one when the specification is changed. A finding that cannot flip is an
// opinion, not a proof.
func TestEveryFindingFlips(t *testing.T) {
	now := findings(t, *fresh(t))
	var tested []string
	for _, test := range slices.Concat(quotasFlips(), machinesFlips(), versionsFlips(), eventsFlips()) {
		tested = append(tested, test.id)
		t.Run(test.id, func(t *testing.T) {
			if got := now[test.id]; got.Verdict != test.want {
				t.Errorf("%s is %s, want %s:\n%s", got.Title, got.Verdict, test.want, strings.Join(got.Arithmetic, "\n"))
			}
			in := fresh(t)
			test.change(t, in)
			if got := findings(t, *in)[test.id]; got.Verdict == test.want {
				t.Errorf("%s is still %s after the change:\n%s", got.Title, got.Verdict, strings.Join(got.Arithmetic, "\n"))
			}
		})
	}
	for id := range now {
		if !slices.Contains(tested, id) {
			t.Errorf("%s has no change that flips it", id)
		}
	}
}

func TestFindingsAreComplete(t *testing.T) {
	in := fresh(t)
	for id, f := range findings(t, *in) {
		if f.Title == "" || f.Consequence == "" || len(f.Arithmetic) == 0 || len(f.Sections) == 0 {
			t.Errorf("%s lacks a title, a consequence, arithmetic or a section", id)
		}
		for _, s := range f.Sections {
			if !slices.Contains(in.Document.Sections, s) {
				t.Errorf("%s names the section %q, which SPEC.md has not", id, s)
			}
		}
		// What we decided ourselves has to be right.
		if f.Class == Deployment && f.Verdict == Proven {
			t.Errorf("%s: %s:\n%s", id, f.Title, strings.Join(f.Arithmetic, "\n"))
		}
	}
}

func TestAuditRefusesWhatItCannotCompute(t *testing.T) {
	tests := map[string]func(*Input){
		`audit: maxSurge "lots" is neither a number of pods nor a percentage such as 25%`: func(in *Input) { in.Platform.Rollout.MaxSurge = "lots" },
		`audit: "latest" is not a version`:                                                func(in *Input) { in.Platform.OCI.OKECluster.ExampleVersion = "latest" },
		`audit: facts.yaml does not say which engine state.redis speaks to`:               func(in *Input) { in.Platform.Dapr.Components[1].Type = "state.redis" },
	}
	for want, change := range tests {
		in := fresh(t)
		change(in)
		if _, err := Audit(*in); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
