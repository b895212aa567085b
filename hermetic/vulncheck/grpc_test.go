package vulncheck

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// TestServersHaveAFixedGRPC holds the graphs of which programs serve gRPC at a version
// without GO-2026-6061. The others are on the list.
func TestServersHaveAFixedGRPC(t *testing.T) {
	const grpc, fixed = "google.golang.org/grpc", "v1.82.1"
	for _, dir := range []string{".", "hermetic/modules/kube", "hermetic/modules/dapr"} {
		file := filepath.Join(root, dir, "go.mod")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := modfile.ParseLax(file, content, nil)
		if err != nil {
			t.Fatal(err)
		}
		version := ""
		for _, require := range parsed.Require {
			if require.Mod.Path == grpc {
				version = require.Mod.Version
			}
		}
		if semver.Compare(version, fixed) < 0 {
			t.Errorf("%s has gRPC %q, want %s or later", dir, version, fixed)
		}
	}
}
