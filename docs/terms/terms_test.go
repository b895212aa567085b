// Package terms_test holds the words of sources and pages against terms.yaml.
package terms_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// vocabulary is what terms.yaml says.
type vocabulary struct {
	Terms      []*term      `yaml:"terms"`
	Messages   []message    `yaml:"messages"`
	Exceptions []*exception `yaml:"exceptions"`
}

// term is a word that the tree does not use.
type term struct {
	Words []string `yaml:"words"`
	Use   string   `yaml:"use"`
	Match string   `yaml:"match"`
	Text  bool     `yaml:"text"`
	In    []string `yaml:"in"`
	// Kinds are those of places where the word is looked for; without, all.
	Kinds []kind `yaml:"kinds"`

	text *regexp.Regexp
}

// message is a text that no source has.
type message struct {
	Text string `yaml:"text"`
	Use  string `yaml:"use"`
}

// exception is where a word stays.
type exception struct {
	Words  []string `yaml:"words"`
	At     string   `yaml:"at"`
	Name   string   `yaml:"name"`
	Reason string   `yaml:"reason"`

	used bool
}

func load(t *testing.T, content []byte) *vocabulary {
	t.Helper()
	v := &vocabulary{}
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	decoder.KnownFields(true)
	if err := decoder.Decode(v); err != nil {
		t.Fatal(err)
	}
	for _, one := range v.Terms {
		if one.Use == "" || len(one.Words) == 0 || one.Match != "whole" && one.Match != "part" {
			t.Errorf("incomplete term %v", one.Words)
		}
		one.text = regexp.MustCompile(`(?i)\b(` + strings.Join(one.Words, "|") + `)\b`)
	}
	for _, e := range v.Exceptions {
		if len(e.Words) == 0 || e.At == "" || e.Reason == "" {
			t.Errorf("incomplete exception %v at %q", e.Words, e.At)
		}
	}
	return v
}

// below reports whether a path is a directory or file, or below it.
func below(path, at string) bool {
	return at == "." || path == at || strings.HasPrefix(path, strings.TrimSuffix(at, "/")+"/")
}

// excepted reports whether a word may stay in a place.
func (v *vocabulary) excepted(p place, word string) bool {
	for _, e := range v.Exceptions {
		if slices.Contains(e.Words, word) && below(p.path, e.At) && (e.Name == "" || e.Name == p.text || p.kind.prose() && strings.Contains(p.text, e.Name)) {
			e.used = true
			return true
		}
	}
	return false
}

// words returns those of a term that a place uses.
func (one *term) words(p place) []string {
	if len(one.In) > 0 && !slices.ContainsFunc(one.In, func(in string) bool { return below(p.path, in) }) {
		return nil
	}
	if len(one.Kinds) > 0 && !slices.Contains(one.Kinds, p.kind) {
		return nil
	}
	if p.kind.prose() {
		if !one.Text && p.kind != heading {
			return nil
		}
		var found []string
		for _, word := range one.text.FindAllString(p.text, -1) {
			found = append(found, strings.ToLower(word))
		}
		return found
	}
	parts := split(p.text)
	if one.Match == "whole" && len(parts) > 1 {
		return nil
	}
	return slices.DeleteFunc(parts, func(part string) bool { return !slices.Contains(one.Words, part) })
}

// hits returns a line for each use of a word that terms.yaml replaces.
func (v *vocabulary) hits(places []place) (hits []hit) {
	for _, p := range places {
		for _, one := range v.Terms {
			for _, word := range one.words(p) {
				if !v.excepted(p, word) {
					hits = append(hits, hit{p, word, one.Use})
				}
			}
		}
		if !p.kind.prose() {
			continue
		}
		for _, m := range v.Messages {
			if strings.Contains(p.text, m.Text) && !v.excepted(p, m.Text) {
				hits = append(hits, hit{p, m.Text, m.Use})
			}
		}
	}
	return hits
}

// hit is one use of a word.
type hit struct {
	place
	word, use string
}

const (
	root = "../.."
	// enough is how many places the tree has at least: a scan that finds fewer is broken.
	enough = 50_000
	shown  = 60
)

func TestTheTreeUsesTheTerms(t *testing.T) {
	content, err := os.ReadFile("terms.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v := load(t, content)
	places := scan(t, root)
	if len(places) < enough {
		t.Fatalf("only %d places were read", len(places))
	}
	found := v.hits(places)
	if name := os.Getenv("TERMS_OUT"); name != "" {
		write(t, name, found)
	}
	for n, h := range found {
		if n == shown {
			t.Errorf("and %d more", len(found)-shown)
			break
		}
		t.Errorf("%s:%d: %s %q: %q is %s (docs/terms/terms.yaml)", h.path, h.line, h.kind, h.text, h.word, h.use)
	}
	for _, e := range v.Exceptions {
		if !e.used {
			t.Errorf("the exception of %v at %s %s has no use", e.Words, e.At, e.Name)
		}
	}
}
