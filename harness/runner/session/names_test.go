package session

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
)

func TestCapabilitiesHaveTheirNames(t *testing.T) {
	got, err := Capabilities([]string{"stress", " network-loss ", "stress"})
	if err != nil || !slices.Equal(got, []spec.Capability{"network-loss", "stress"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Capabilities(nil); err != nil || len(got) != 0 {
		t.Errorf("none: %q, %v", got, err)
	}
	for name, want := range map[string]string{
		"network-los": `there is no capability "network-los": did you mean "network-loss"?`,
		"STRESS":      `did you mean "stress"?`,
		"":            "there is no capability",
		"flux":        "there are clock, dns, helm-history",
	} {
		if _, err := Capabilities([]string{"stress", name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}
