package platform

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/hermetic/host"
)

// ownedBy lets the engine's socket be that of a process of another user's cache.
func ownedBy(t *testing.T, p *Platform, cache string) {
	t.Helper()
	started, err := host.ProcessStart(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(host.Owner{Dir: cache, User: "ann", PID: os.Getpid(), Started: started, Boot: host.BootID()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(p.engine.Run, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.engine.Run, "owner.json"), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// With another XDG_CACHE_HOME the same user sees a platform that is somebody else's.
func TestSafetyAnotherCachesEngineIsNamedAndLeft(t *testing.T) {
	e := startFakeEngine(t)
	e.Unreachable = true
	e.save(t)
	p := newPlatform(t)
	cache := filepath.Join(t.TempDir(), "assay", "docker")
	ownedBy(t, p, cache)
	t.Setenv(ImagesEnv, string(Hermetic))
	refused(t, p.Down(t.Context()), "belongs to ann", cache)
	refused(t, p.Up(t.Context()), "belongs to ann", cache)
	if _, err := os.Stat(filepath.Join(p.engine.Run, "owner.json")); err != nil {
		t.Errorf("the owner's record is gone: %v", err)
	}
}

// A platform of ours on a docker engine that another cache has started is ours: its
// objects go, the engine stays.
func TestSafetyAPlatformOnAnothersEngineIsRemoved(t *testing.T) {
	e := startFakeEngine(t)
	p := newPlatform(t)
	ownedBy(t, p, filepath.Join(t.TempDir(), "assay", "docker"))
	t.Setenv("DOCKER_HOST", p.engine.Endpoint())
	bringUp(t, p)
	if err := p.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string(nil), e.names(t)); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(p.engine.Run, "owner.json")); err != nil {
		t.Errorf("the owner's record is gone: %v", err)
	}
}
