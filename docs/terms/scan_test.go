package terms_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestWordsAreFound holds that each kind of place is read, and that a part of another word
// is no hit.
func TestWordsAreFound(t *testing.T) {
	v := load(t, []byte(`
terms:
- {words: [lens], use: rewriteproxy, match: part, text: true}
- {words: [held], use: locked, match: whole}
- {words: [slot], use: partition log, match: part, in: [harness/judge]}
- {words: [saved], use: recordings, match: whole, kinds: [package]}
messages:
- {text: it is nowhere, use: never seen in Kafka}
exceptions:
- {words: [lens], at: kept.go, name: Lens, reason: another program's name}
`))
	for source, want := range map[string][]string{
		"a.go|package a\n\nfunc newLens() {}":                             {"identifier lens"},
		"a.go|package a\n\nfunc LENSLens() {}":                            {"identifier lens", "identifier lens"},
		"a.go|package a\n\nfunc flense() {}":                              nil,
		"a.go|package a\n\nfunc a(lens int) {}":                           {"identifier lens"},
		"a.go|package a\n\nfunc a() { for lens := range 3 { _ = lens } }": {"identifier lens"},
		"a.go|package a\n\ntype a struct{ B int `json:\"lens\"` }":        {"key lens"},
		"a.go|package a\n\n// The lens.":                                  {"comment lens"},
		"a.go|package a\n\nconst b = \"a Lens of\"":                       {"string lens"},
		"a.go|package a\n\nvar held, heldBack = 1, 2":                     {"identifier held"},
		"a.go|package a\n\nvar slot = 1":                                  nil,
		"harness/judge/x.go|package judge\n\nvar slotOf = 1":              {"identifier slot"},
		"saved/a.go|package saved\n\nvar saved = 1":                       {"package saved"},
		"lens_of.go|package a":                                            {"file lens"},
		"a.yaml|lens: {said: 1}":                                          {"line lens", "key lens"},
		"a.md|## What is held\nheld":                                      {"heading held"},
		"a.md|it is nowhere":                                              {"line it is nowhere"},
		"kept.go|package a\n\ntype Lens int":                              nil,
		"kept.go|package a\n\ntype OtherLens int":                         {"identifier lens"},
		"a.gohtml|<h2 class=x>A lens</h2>":                                {"heading lens"},
	} {
		name, content, _ := strings.Cut(source, "|")
		places, err := read(name, []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range v.hits(places) {
			got = append(got, string(h.kind)+" "+h.word)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", source, got, want)
		}
	}
}

// write saves all hits, for whoever renames them.
func write(t *testing.T, name string, found []hit) {
	t.Helper()
	var out strings.Builder
	for _, h := range found {
		fmt.Fprintf(&out, "%s\t%s\t%s:%d\t%s\n", h.word, h.kind, h.path, h.line, strings.ReplaceAll(h.text, "\n", "⏎"))
	}
	if err := os.WriteFile(name, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
