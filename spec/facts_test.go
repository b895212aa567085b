package spec

import (
	"strings"
	"testing"
)

func TestFactsLoadStrictly(t *testing.T) {
	if _, err := ParseFacts("facts.yaml", FactsYAML()); err != nil {
		t.Fatal(err)
	}
	if again := Today(); Today() != again {
		t.Error("the facts are parsed more than once")
	}
	tests := []struct{ old, new, want string }{
		{"blockStorageGB:", "blockStorage:", `unknown key "alwaysFree.blockStorage" (did you mean "blockStorageGB"?)`},
		{"percent: 0.5", "percent: half", "cannot unmarshal !!str `half` into float64"},
		{"engine: oracle", "engine: redis", `"redis" is no engine; use one of oracle, postgresql`},
		{"on: 2024-10-28", "on: soon", `"soon" is not a date; write for example 2026-02-15`},
	}
	for _, test := range tests {
		_, err := ParseFacts("facts.yaml", []byte(strings.Replace(string(FactsYAML()), test.old, test.new, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.new, err, test.want)
		}
	}
}
