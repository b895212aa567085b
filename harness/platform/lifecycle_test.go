//go:build lifecycle

package platform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/host/snapshot"
)

// TestLifecycle runs on a platform that is up, takes it down, brings one up beside
// what others made, and takes that down: the machine is as it was, and what others
// made is still there.
func TestLifecycle(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 14*time.Minute)
	defer cancel()
	var out bytes.Buffer
	p := checkout(t, &out)
	started := time.Now()
	if err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("a second up took %s, want 5 s or less", took)
	}
	if !strings.Contains(out.String(), "reused") {
		t.Fatalf("a second up did not find the platform again:\n%s", out.String())
	}
	_, ours := p.engine.Running()
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	addSysctls(t)
	before := take(ctx, t)
	if err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	rules := addRules(ctx, t)
	container := addContainer(ctx, t, p)
	var refused *refusal.Error
	if err := p.Down(ctx); !errors.As(err, &refused) || !strings.Contains(err.Error(), container) {
		t.Errorf("down beside a container of the platform's name: %v", err)
	}
	if _, err := docker(ctx, io.Discard, "container", "inspect", container); err != nil {
		t.Errorf("somebody's container %s is gone: %v", container, err)
	}
	if _, err := docker(ctx, io.Discard, "rm", "--force", container); err != nil {
		t.Error(err)
	}
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rules, snapshot.Diff(before, take(ctx, t), snapshot.Exceptions)); diff != "" {
		t.Errorf("the machine is not as it was before up (-added +found)\n%s", diff)
	}
	assertNothingLeft(t, ours)
	if ours {
		killEngine(ctx, t, p)
		if err := p.Down(ctx); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rules, snapshot.Diff(before, take(ctx, t), snapshot.Exceptions)); diff != "" {
			t.Errorf("the machine is not as it was before the engine was killed (-added +found)\n%s", diff)
		}
		assertNothingLeft(t, ours)
	}
	if state, err := p.loadState(); err != nil || state != nil {
		t.Errorf("the state is left: %v, %v", state, err)
	}
	if _, err := os.Stat(p.Kubeconfig()); !os.IsNotExist(err) {
		t.Errorf("the kubeconfig is left: %v", err)
	}
}

func take(ctx context.Context, t *testing.T) snapshot.Snapshot {
	t.Helper()
	s, err := snapshot.Take(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// addSysctls gives parameters that have the values of assay's nodes already the ones
// that a kernel has by itself: else nothing would be there to be restored.
func addSysctls(t *testing.T) {
	t.Helper()
	for _, name := range []string{"vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"} {
		path := filepath.Join("/proc/sys", name)
		found, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(found) == "0\n" {
			continue
		}
		if err := os.WriteFile(path, []byte("0"), 0o644); errors.Is(err, os.ErrPermission) {
			t.Logf("%s is %s already, and this user may not change it", name, found)
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.WriteFile(path, found, 0o644); err != nil {
				t.Error(err)
			}
		})
	}
}

// addRules writes rules that look like docker's and are not, and returns how a diff
// shows them.
func addRules(ctx context.Context, t *testing.T) []string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Log("no rules are added: this user may not")
		return nil
	}
	var added []string
	for _, rule := range []string{
		"INPUT -s 172.31.255.0/24 -j ACCEPT", "FORWARD -i br-lan0 -j ACCEPT", "FORWARD -s 172.18.255.0/24 -o br-0123456789ab -j DROP",
	} {
		iptables := func(ctx context.Context, option string) error {
			return exec.CommandContext(ctx, "iptables", append([]string{option}, strings.Fields(rule)...)...).Run()
		}
		if err := iptables(ctx, "-A"); err != nil {
			t.Fatalf("add the rule %s: %v", rule, err)
		}
		t.Cleanup(func() {
			if err := iptables(context.WithoutCancel(ctx), "-D"); err != nil {
				t.Errorf("the added rule %s is gone: %v", rule, err)
			}
		})
		added = append(added, "+ iptables: filter -A "+rule)
	}
	slices.Sort(added)
	return added
}

// addContainer makes a container that bears the platform's name and that the
// platform did not make.
func addContainer(ctx context.Context, t *testing.T, p *Platform) string {
	t.Helper()
	image, err := docker(ctx, io.Discard, "container", "inspect", "--format", "{{.Image}}", p.registry())
	if err != nil {
		t.Fatal(err)
	}
	name := p.name + "-worker9"
	if _, err := docker(ctx, io.Discard, "create", "--name", name, "--label", ownLabel+"=registry", strings.TrimSpace(image)); err != nil {
		t.Fatal(err)
	}
	return name
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

// assertNothingLeft looks for what no snapshot shows: files and processes of a dockerd
// that up started.
func assertNothingLeft(t *testing.T, ours bool) {
	t.Helper()
	if !ours {
		return
	}
	if _, err := os.Stat(host.RunDir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", host.RunDir, err)
	}
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil && bytes.Contains(content, []byte(host.RunDir+"/")) {
			t.Errorf("a process is left: %s", bytes.ReplaceAll(content, []byte{0}, []byte(" ")))
		}
	}
}
