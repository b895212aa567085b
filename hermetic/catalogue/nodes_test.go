package catalogue

import (
	"slices"
	"testing"
)

const both = `
debian: {suite: bookworm, roots: {base: {packages: [bash]}}}
modules: {m: {dir: d, ldflags: "", programs: {p: ./p, q: ./q, tool: ./tool}}}
compile: [m/tool, m/p, m/q]
node: {ref: kindest/node:v1, kubernetesVersion: v1}
registry: {ref: assay.dev/registry:dev}
images:
- ref: example.org/app:1
  programs: {m/p: /p}
- ref: example.org/overlay:1
  oke: true
  programs: {m/p: /p, m/q: /q}
`

// TestNodesOfKindNeedNothingOfOKE: what only nodes like OKE's need is neither built
// nor pulled for others, and programs of no image, such as helm, stay.
func TestNodesOfKindNeedNothingOfOKE(t *testing.T) {
	c, err := Parse([]byte(both))
	if err != nil {
		t.Fatal(err)
	}
	for oke, want := range map[bool]struct{ pulled, compile []string }{
		true:  {[]string{"example.org/app:1", "example.org/overlay:1"}, []string{"m/tool", "m/p", "m/q"}},
		false: {[]string{"example.org/app:1"}, []string{"m/tool", "m/p"}},
	} {
		chosen := c.ForNodes(oke)
		if got := chosen.Pulled(); !slices.Equal(got, want.pulled) {
			t.Errorf("nodes like OKE's %v: pulled are %v, want %v", oke, got, want.pulled)
		}
		if !slices.Equal(chosen.Compile, want.compile) {
			t.Errorf("nodes like OKE's %v: compiled are %v, want %v", oke, chosen.Compile, want.compile)
		}
	}
	if len(c.Images) != 2 || len(c.Compile) != 3 {
		t.Errorf("the catalogue itself has changed: %v, %v", c.Images, c.Compile)
	}
}

func TestTheRepositorysCatalogueIsOfBothKindsOfNodes(t *testing.T) {
	const flannel = "ghcr.io/flannel-io/flannel:v0.27.4"
	for oke, load := range map[bool]func(string) (*Catalogue, error){false: Load, true: LoadOKE} {
		c, err := load("../..")
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(c.Pulled(), flannel); got != oke {
			t.Errorf("nodes like OKE's %v: %s is pulled: %v", oke, flannel, got)
		}
		if got := slices.Contains(c.Compile, "flannel/flannel"); got != oke {
			t.Errorf("nodes like OKE's %v: flannel is compiled: %v", oke, got)
		}
	}
}
