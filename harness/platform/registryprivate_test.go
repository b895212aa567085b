package platform

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"assay.dev/assay/hermetic/registry"
)

func TestOnlyOKENodesHaveAPrivateRegistry(t *testing.T) {
	for _, nodes := range []Nodes{KindNodes, OKENodes} {
		p := withNodes(t, string(nodes))
		docker, program, err := p.privateArgs()
		if err != nil {
			t.Fatal(err)
		}
		private := slices.Contains(program, "-private") && slices.Contains(docker, "--publish")
		if private != (nodes == OKENodes) {
			t.Errorf("nodes %q: a private registry: %v (%q, %q)", nodes, private, docker, program)
		}
		if _, err := os.Stat(p.privateDir()); (err == nil) != private {
			t.Errorf("nodes %q: its directory: %v", nodes, err)
		}
		again, _, err := p.privateArgs()
		if err != nil || !slices.Equal(again, docker) {
			t.Errorf("nodes %q: the second time docker is told %q (%v), not %q", nodes, again, err, docker)
		}
	}
}

// TestADeploymentIsToldOfThePrivateRegistry reads registry.env as a shell does.
func TestADeploymentIsToldOfThePrivateRegistry(t *testing.T) {
	p := withNodes(t, "oke")
	p.repo = filepath.Join(t.TempDir(), "it's a checkout")
	if err := os.MkdirAll(p.artifacts(), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.privateArgs(); err != nil {
		t.Fatal(err)
	}
	if err := p.writePrivate("127.0.0.1:49153\n"); err != nil {
		t.Fatal(err)
	}
	const show = `set -eu; . "$1"; printf '%s\n' "$ASSAY_IMAGE_REGISTRY" "$ASSAY_IMAGE_PULL_SECRET" "$ASSAY_IMAGE_PULL_CONFIG"`
	out, err := exec.CommandContext(t.Context(), "sh", "-c", show, "sh", p.registryEnv()).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"localhost:49153/assay", "assay-registry", p.dockerConfig()}
	if got := strings.Split(strings.TrimSpace(string(out)), "\n"); !slices.Equal(got, want) {
		t.Errorf("a deployment is told %q, want %q", got, want)
	}
	known, err := registry.ReadCredentials(filepath.Join(p.privateDir(), "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(p.registryEnv())
	if err != nil || strings.Contains(string(content), known.Password) {
		t.Errorf("the environment holds the password, or cannot be read: %v", err)
	}
	for _, bad := range []string{"", "0.0.0.0:49153", "127.0.0.1:", "127.0.0.1:1\n127.0.0.1:2"} {
		if err := p.writePrivate(bad); err == nil {
			t.Errorf("a port that is published as %q is taken", bad)
		}
	}
	if err := p.removeOKE(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{p.privateDir(), p.registryEnv()} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("after down, %s: %v", path, err)
		}
	}
}

// TestPushPresentsWhatNodesPullWith pushes to the registry itself.
func TestPushPresentsWhatNodesPullWith(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir()) // docker knows nothing
	known := registry.Credentials{User: "assay", Password: "s3cr3t"}
	private, err := registry.NewPrivate(t.TempDir(), known)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(private)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	image, err := random.Image(10, 1)
	if err != nil {
		t.Fatal(err)
	}
	write := func(credentials registry.Credentials, host string) string {
		file := filepath.Join(t.TempDir(), "config.json")
		if err := credentials.WriteDockerConfig(file, host); err != nil {
			t.Fatal(err)
		}
		return file
	}
	notJSON := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(notJSON, []byte("s3cr3t"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ config, want string }{
		"the registry's":      {write(known, host), ""},
		"a path of it":        {write(known, "http://"+host+"/v1/"), ""},
		"another password":    {write(registry.Credentials{User: "assay", Password: "other"}, host), "401"},
		"of another registry": {write(known, "registry.example"), "401"},
		"none":                {"", "401"},
		"no file":             {filepath.Join(t.TempDir(), "none"), pullConfigEnv},
		"no configuration":    {notJSON, pullConfigEnv},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(pullConfigEnv, tc.config)
			_, err := pushIndex(t.Context(), host+"/assay", "assay.dev/probe:dev", map[string]v1.Image{"amd64": image})
			if (err == nil) != (tc.want == "") || err != nil && (!strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cr3t")) {
				t.Errorf("push: %v, want %q", err, tc.want)
			}
		})
	}
}
