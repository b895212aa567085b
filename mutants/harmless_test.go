package mutants

import (
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// TestBothSpecificationsHaveHarmlessChanges: thirty at least, each of them on the platform.
func TestBothSpecificationsHaveHarmlessChanges(t *testing.T) {
	shop, err := source.Open("../testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*spec.Spec{"reference": todo.Must(), "shop": shop} {
		list, err := LoadHarmless(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(list) < 30 {
			t.Errorf("%s: %d harmless changes, want at least 30", name, len(list))
		}
	}
}

func TestWhatIsNoHarmlessChangeIsAnError(t *testing.T) {
	const create = "[{create: {apiVersion: v1, kind: Namespace, metadata: {name: others}}}]"
	for want, entry := range map[string]string{
		"must start with harmless.":    "{id: foreign, what: A change., apply: " + create + "}",
		"no requirement is broken":     "{id: harmless.foreign, what: A change., requirement: kafka.version, apply: " + create + "}",
		"what and apply must":          "{id: harmless.foreign, apply: " + create + "}",
		"does not change the platform": "{id: harmless.foreign, what: A change., apply: [{file: {path: spec/platform.yaml, replace: a, by: b}}]}",
		"is already in":                "{id: harmless.node-labelled, what: A change., apply: " + create + "}",
	} {
		s := changedShop(t, OwnFile, "", "harmless:\n- "+entry+"\n")
		if _, err := LoadHarmless(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", entry, err, want)
		}
	}
}
