package catalogue

import (
	"strings"
	"testing"
)

const small = `
debian: {suite: bookworm, roots: {base: {packages: [bash]}}}
maven: {kafka: some/dir}
modules: {m: {dir: d, ldflags: "", programs: {p: ./p}}}
node: {ref: kindest/node:v1, kubernetesVersion: v1}
registry: {ref: assay.dev/registry:dev}
images:
- ref: example.org/app:1
`

func TestRepositoryCatalogueIsValid(t *testing.T) {
	c, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Images) < 20 {
		t.Errorf("%d images, want all that the deployment uses", len(c.Images))
	}
}

func TestBadCatalogueIsRefused(t *testing.T) {
	if _, err := Parse([]byte(small)); err != nil {
		t.Fatalf("the small catalogue: %v", err)
	}
	for want, line := range map[string]string{
		"unknown field":       "  colour: blue",
		"no root file system": "  root: nowhere",
		"no program":          "  programs: {m/q: /q}",
		"is not absolute":     "  programs: {m/p: q}",
		"no archives":         "  maven: {x: /x}",
		"is listed twice":     "- ref: example.org/app:1",
		"can only contain":    "- ref: example.org/App:1",
		"link":                "  links: {a: /b}",
		"static programs":     "  loaded: true\n  programs: {m/p: /p}",
		"and files alone":     "  loaded: true\n  root: base",
	} {
		if _, err := Parse([]byte(small + line + "\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", line, err, want)
		}
	}
}

// TestARootAddsToOneThatIsThere: file systems are made in two rounds.
func TestARootAddsToOneThatIsThere(t *testing.T) {
	for roots, valid := range map[string]bool{
		"{base: {}, more: {from: base, packages: [jq]}}":                       true,
		"{base: {}, more: {from: nowhere, packages: [jq]}}":                    false,
		"{base: {}, more: {from: base}, most: {from: more, packages: [curl]}}": false,
	} {
		text := strings.Replace(small, "{base: {packages: [bash]}}", roots, 1)
		if _, err := Parse([]byte(text)); (err == nil) != valid {
			t.Errorf("%s: %v", roots, err)
		}
	}
}
