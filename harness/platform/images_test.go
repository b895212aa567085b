package platform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/spec/todo"
)

func TestImagesComeFromWhereTheEnvironmentSays(t *testing.T) {
	for _, c := range []struct {
		images, mirror string
		want           Images
		why            string // or the error
	}{
		{"hermetic", "", Hermetic, "says so"},
		{"public", "registry.example.com", Public, "says so"},
		{"", "registry.example.com/proxy", Mirror, "registry.example.com/proxy"},
		{"mirror", "registry.example.com", Mirror, "says so"},
		{"mirror", "", "", "names no registry"},
		{"private", "", "", `"public", "mirror", "hermetic" or unset`},
		{"", "https://registry.example.com", "", "leave the scheme out"},
	} {
		p := newPlatform(t)
		t.Setenv(ImagesEnv, c.images)
		t.Setenv(pull.MirrorEnv, c.mirror)
		images, why, err := p.ChooseImages(t.Context())
		if err != nil {
			why = err.Error()
		}
		if images != c.want || (err == nil) != (c.want != "") || !strings.Contains(why, c.why) {
			t.Errorf("%+v: got %q, %q", c, images, why)
		}
	}
}

// TestNodesAskOneRegistryForEverything reads what containerd in the nodes reads:
// only public images may be asked for elsewhere.
func TestNodesAskOneRegistryForEverything(t *testing.T) {
	p := newPlatform(t)
	for images, elsewhere := range map[Images]bool{Public: true, Mirror: false, Hermetic: false} {
		dir, err := p.writeHosts(images)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, "_default", "hosts.toml"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if !strings.Contains(text, `[host."http://assay-registry:5000"]`) || strings.Contains(text, "server = ") == elsewhere {
			t.Errorf("%s images: containerd reads\n%s", images, text)
		}
		config := clusterConfig("assay", images, dir, nodePorts, host.Info{NCPU: 8, MemTotal: 16 << 30}, todo.Must().OCI)
		for _, node := range config.Nodes {
			if len(node.ExtraMounts) != 1 || node.ExtraMounts[0].HostPath != dir || !node.ExtraMounts[0].Readonly {
				t.Errorf("%s images: a node mounts %+v", images, node.ExtraMounts)
			}
		}
	}
}
