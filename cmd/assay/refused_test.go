package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"

	"assay.dev/assay/harness/kube/adoption"
	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/infra/stack"
)

// TestSafetyRefusalsExitWith4 holds that whatever is refused is told from an error: who
// starts assay from a script must not try again what is not allowed.
func TestSafetyRefusalsExitWith4(t *testing.T) {
	for name, sentinel := range map[string]error{
		"a kubeconfig or cluster": target.ErrRefused, "podman": host.ErrPodman, "a cluster without the label": adoption.ErrNotMarked,
		"another cluster than the claimed one": adoption.ErrOther, "a run pinned elsewhere": stack.ErrPinned, "costs": stack.ErrCost,
	} {
		if code := exitCode(fmt.Errorf("judge: %w: more", sentinel)); code != exitRefused {
			t.Errorf("%s: exit code %d, want %d", name, code, exitRefused)
		}
	}
}

// TestSafetyCommandsRefuse runs whole commands on a machine where each must not act.
func TestSafetyCommandsRefuse(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv(platform.ImagesEnv, string(platform.Hermetic))
	lock := filepath.Join(cache, "assay", "lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o755); err != nil {
		t.Fatal(err)
	}
	other := flock.New(lock)
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Unlock() }()
	for _, command := range []string{"up", "down"} {
		if _, errs, code := assay(t, command); code != exitRefused {
			t.Errorf("%s beside another process: exit code %d, %s", command, code, errs)
		}
	}

	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte("kind: Config\n"), 0o644); err != nil { // others can read it
		t.Fatal(err)
	}
	t.Setenv(platform.KubeconfigEnv, kubeconfig)
	t.Setenv(platform.ClusterUIDEnv, "uid")
	if _, errs, code := assay(t, "heal"); code != exitRefused {
		t.Errorf("heal by a kubeconfig that others can write: exit code %d, %s", code, errs)
	}
}

// TestSafetyAnEngineElsewhereIsRefused holds that nothing is made on another machine.
func TestSafetyAnEngineElsewhereIsRefused(t *testing.T) {
	t.Setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
	if _, err := host.AskInfo(t.Context()); exitCode(err) != exitRefused {
		t.Errorf("%v: exit code %d", err, exitCode(err))
	}
}
