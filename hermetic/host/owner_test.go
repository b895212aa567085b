package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"assay.dev/assay/harness/process/refusal"
)

// fakeDocker puts a dockerd and a client on PATH, for engines with this run directory,
// and returns a file with the arguments of each call of iptables.
func fakeDocker(t *testing.T, runDir string) (ran string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root starts a dockerd")
	}
	dir := t.TempDir()
	ran = filepath.Join(dir, "ran")
	up := filepath.Join(dir, "up")
	for name, script := range map[string]string{
		"docker":  fmt.Sprintf("[ -e %s ] && [ \"$DOCKER_HOST\" = unix://%s/docker.sock ] && echo 28.2.2\n", up, runDir),
		"dockerd": fmt.Sprintf("echo $$ >%s/dockerd.pid; : >%s; sleep 600 & trap 'rm %[2]s; kill $!; exit 0' TERM; wait\n", runDir, up),
		"iptables-save": fmt.Sprintf("if [ -e %s ] || [ -e %s.was ]; then : >%[1]s.was; cat <<'END'\n%sEND\nelse cat <<'END'\n%sEND\nfi\n",
			up, up, with(rulesStarted, foreignRules...), rulesBefore),
		"ip6tables-save": "exit 0\n",
		"iptables":       "echo \"$@\" >>" + ran + "\n",
		"ip6tables":      "echo six \"$@\" >>" + ran + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_HOST", "")
	return ran
}

func newEngine(t *testing.T, runDir string) Engine {
	t.Helper()
	e := Engine{Dir: filepath.Join(t.TempDir(), "assay", "docker"), Run: runDir, RuncWithin: "/runc-within"}
	t.Cleanup(func() {
		if pid, ok := e.Running(); ok {
			_ = syscall.Kill(pid, syscall.SIGTERM)
		}
	})
	return e
}

func started(t *testing.T, e Engine) int {
	t.Helper()
	if err := e.Start(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	pid, ok := e.Running()
	if !ok {
		t.Fatal("the engine does not run")
	}
	return pid
}

func TestSafetyAnotherCachesEngineIsLeft(t *testing.T) {
	runDir := filepath.Join(t.TempDir(), "run")
	ran := fakeDocker(t, runDir)
	ours, other := newEngine(t, runDir), newEngine(t, runDir)
	pid := started(t, ours)
	t.Setenv("DOCKER_HOST", "")
	for name, act := range map[string]func() error{
		"start":   func() error { return other.Start(t.Context(), &bytes.Buffer{}) },
		"foreign": other.Foreign,
	} {
		var refused *refusal.Error
		var owned *OwnedError
		if err := act(); !errors.As(err, &refused) || !errors.As(err, &owned) || !owned.Alive || owned.Owner.PID != pid ||
			!strings.Contains(err.Error(), ours.Dir) || !strings.Contains(err.Error(), strconv.Itoa(pid)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join(other.Stop(t.Context(), &bytes.Buffer{}), other.Revive(t.Context(), &bytes.Buffer{}, true)); err != nil {
		t.Error(err)
	}
	if now, ok := ours.Running(); !ok || now != pid {
		t.Errorf("process %d (lives: %v), want %d", now, ok, pid)
	}
	if _, err := os.Stat(ran); !os.IsNotExist(err) {
		t.Errorf("iptables was called: %v", err)
	}
	if err := ours.Stop(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(runDir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", runDir, err)
	}
	commands, err := os.ReadFile(ran)
	if err != nil || !strings.Contains(string(commands), "-t filter -X DOCKER-USER") || strings.Contains(string(commands), "172.30.0.0") {
		t.Errorf("iptables was called with\n%s(%v)", commands, err)
	}
	started(t, other)
	if err := other.Stop(t.Context(), &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

func TestSafetyAKilledEngineBelongsToItsCache(t *testing.T) {
	runDir := filepath.Join(t.TempDir(), "run")
	fakeDocker(t, runDir)
	ours, other := newEngine(t, runDir), newEngine(t, runDir)
	pid := started(t, ours)
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil { // it leads its session
		t.Fatal(err)
	}
	if err := awaitExit(t.Context(), pid); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_HOST", "unix:///nobody")
	if err := other.Start(t.Context(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("another cache: %v", err)
	}
	before, err := ours.readChanges()
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Revive(t.Context(), &bytes.Buffer{}, false); err != nil {
		t.Fatal(err)
	}
	if now, ok := ours.Running(); !ok || now == pid {
		t.Errorf("process %d lives: %v", now, ok)
	}
	if after, err := ours.readChanges(); err != nil || len(after.Rules["iptables"].Rules) != len(before.Rules["iptables"].Rules) {
		t.Errorf("the rules of the first start are %+v, %v; want %+v", after, err, before)
	}
	if err := ours.Stop(t.Context(), &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

// saveOwner writes an owner's record.
func saveOwner(t *testing.T, e Engine, owner Owner) {
	t.Helper()
	if err := os.MkdirAll(e.run(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := e.writeOwner(owner); err != nil {
		t.Fatal(err)
	}
}

func TestSafetyOwnersOfOtherKinds(t *testing.T) {
	cache := t.TempDir()
	start, err := ProcessStart(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	alive := Owner{Dir: cache, User: "ann", PID: os.Getpid(), Started: start, Boot: BootID()}
	reused, gone, earlier := alive, alive, alive
	reused.Started++ // the number was given to another process
	gone.Started, gone.Dir = gone.Started+1, filepath.Join(cache, "gone")
	earlier.Boot = "an earlier one"
	for name, c := range map[string]struct {
		owner Owner
		want  string // in the error
	}{
		"lives":                         {alive, "belongs to ann"},
		"its number is another process": {reused, "was killed"},
		"its cache is gone":             {gone, ""},
		"before a boot":                 {earlier, ""},
	} {
		e := Engine{Dir: t.TempDir(), Run: filepath.Join(t.TempDir(), "run")}
		saveOwner(t, e, c.owner)
		if err := e.Foreign(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		own := Engine{Dir: c.owner.Dir, Run: e.Run}
		if _, ok := own.Running(); ok != (name == "lives") || own.Foreign() != nil {
			t.Errorf("%s: the owner's own view: runs %v, %v", name, ok, own.Foreign())
		}
	}
	// A socket of an assay that kept no record.
	e := Engine{Dir: t.TempDir(), Run: t.TempDir()}
	if err := os.WriteFile(e.socket(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.Foreign(); err == nil || !strings.Contains(err.Error(), "recorded no owner") {
		t.Errorf("without a record: %v", err)
	}
	if err := e.Stop(t.Context(), &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(e.socket()); err != nil {
		t.Errorf("the socket was removed: %v", err)
	}
}

func TestSafetyTheEngineIsLockedForAllCaches(t *testing.T) {
	runDir := t.TempDir()
	unlock, err := Engine{Run: runDir}.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Engine{Run: runDir, Dir: "other"}).lock(); err == nil {
		t.Error("it is locked twice")
	}
	unlock()
	again, err := Engine{Run: runDir}.lock()
	if err != nil {
		t.Fatal(err)
	}
	again()
}
