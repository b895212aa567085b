//go:build lifecycle

package platform

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay.dev/assay/hermetic/host"
)

// TestLifecycle runs on a platform that is up and takes it down.
func TestLifecycle(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var out bytes.Buffer
	repo, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(repo, &out, false)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("adopting took %s, want 5 s or less", took)
	}
	if !strings.Contains(out.String(), "adopted") {
		t.Fatalf("a second up did not adopt the platform:\n%s", out.String())
	}
	_, ours := p.engine.Running()
	before, err := os.ReadFile(p.engine.RulesFile())
	if ours && err != nil {
		t.Fatal(err)
	}

	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	if ours {
		assertNothingLeft(ctx, t, string(before))
	} else {
		assertNoContainers(ctx, t)
	}
	if ours {
		killEngine(ctx, t, p)
		if err := p.Down(ctx); err != nil {
			t.Fatal(err)
		}
		assertNothingLeft(ctx, t, string(before))
	}
	if state, err := p.loadState(); err != nil || state != nil {
		t.Errorf("the state is left: %v, %v", state, err)
	}
	if _, err := os.Stat(p.Kubeconfig()); !os.IsNotExist(err) {
		t.Errorf("the kubeconfig is left: %v", err)
	}
}

// killEngine starts a dockerd and kills it, which leaves what it mounted.
func killEngine(ctx context.Context, t *testing.T, p *Platform) {
	t.Helper()
	if err := p.engine.Start(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	pid, ok := p.engine.Running()
	if !ok {
		t.Fatal("the dockerd that was started does not run")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for p.engine.Use(ctx) {
		if ctx.Err() != nil {
			t.Fatal("the killed dockerd still answers")
		}
	}
}

// assertNothingLeft looks for what a dockerd that up started may leave.
func assertNothingLeft(ctx context.Context, t *testing.T, rulesBefore string) {
	t.Helper()
	for _, path := range []string{"/run/assay", "/sys/class/net/docker0"} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", path, err)
		}
	}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, "/assay/docker") {
			t.Errorf("a mount is left: %s", line)
		}
	}
	for _, look := range []struct{ what, files, text string }{
		// As hermetic/node/default-storage.yaml names the files of volumes.
		{"a loop device of a volume", "/sys/block/loop*/loop/backing_file", "/pvc-"},
		{"a process", "/proc/[0-9]*/cmdline", "/run/assay"},
	} {
		files, err := filepath.Glob(look.files)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err == nil && bytes.Contains(content, []byte(look.text)) {
				t.Errorf("%s is left: %s", look.what, bytes.ReplaceAll(content, []byte{0}, []byte(" ")))
			}
		}
	}
	now, err := exec.CommandContext(ctx, "iptables-save").Output()
	if err != nil {
		t.Fatal(err)
	}
	if left := host.RulesLeft(rulesBefore, string(now)); len(left) > 0 {
		t.Errorf("iptables rules are left: %q", left)
	}
}

// assertNoContainers looks for containers and networks of the default platform.
func assertNoContainers(ctx context.Context, t *testing.T) {
	t.Helper()
	networks, err := exec.CommandContext(ctx, "docker", "network", "ls", "--quiet", "--filter", "name=^"+DefaultName+"$").Output()
	if err != nil || len(bytes.TrimSpace(networks)) > 0 {
		t.Errorf("the network %s is left: %s %v", DefaultName, networks, err)
	}
	for _, filter := range []string{"label=" + ownLabel, "label=io.x-k8s.kind.cluster=" + DefaultName} {
		ids, err := exec.CommandContext(ctx, "docker", "ps", "--all", "--quiet", "--filter", filter).Output()
		if err != nil || len(bytes.TrimSpace(ids)) > 0 {
			t.Errorf("containers with %s are left: %s %v", filter, ids, err)
		}
	}
}
