package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// open opens a stack in dir with a terraform that does nothing.
func open(t *testing.T, dir, run string) (*Stack, error) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return Open(Config{Module: t.TempDir(), Binary: binary, Dir: dir, Run: run, TTL: time.Hour})
}

func TestIdentityStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "stack")
	first, err := open(t, dir, "first")
	if err != nil {
		t.Fatal(err)
	}
	variables := func() string {
		content, err := os.ReadFile(filepath.Join(dir, "run.auto.tfvars.json"))
		if err != nil {
			t.Fatal(err)
		}
		secret, err := os.ReadFile(filepath.Join(dir, "secret.auto.tfvars.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(content) + string(secret)
	}
	before := variables()
	again, err := open(t, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if again.Run() != "first" || !again.Expires().Equal(first.Expires()) || variables() != before {
		t.Errorf("a second call made another run: %s, %s", again.Run(), again.Expires())
	}
	if _, err := open(t, dir, "second"); err == nil || !strings.Contains(err.Error(), `"first"`) {
		t.Errorf("another run in the same folder: error is %v", err)
	}
}

func TestNewStackNeedsAName(t *testing.T) {
	if _, err := open(t, filepath.Join(t.TempDir(), "stack"), ""); err == nil || !strings.Contains(err.Error(), "name one") {
		t.Errorf("error is %v", err)
	}
}

func TestFilesAreTheUsersAlone(t *testing.T) {
	s, err := open(t, filepath.Join(t.TempDir(), "stack"), "run")
	if err != nil {
		t.Fatal(err)
	}
	if open, err := s.Workspace().OpenFiles(); err != nil || len(open) > 0 {
		t.Errorf("others may read %v (%v)", open, err)
	}
}

func TestPasswordMeetsTheServicesRules(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		password, err := newPassword()
		if err != nil {
			t.Fatal(err)
		}
		if len(password) != 24 || !strings.ContainsAny(password, "ABCDEFGHJKLMNPQRSTUVWXYZ") ||
			!strings.ContainsAny(password, "abcdefghijkmnopqrstuvwxyz") || !strings.ContainsAny(password, "23456789") ||
			strings.Contains(strings.ToLower(password), "admin") {
			t.Errorf("password %q breaks the rules", password)
		}
		seen[password] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 passwords are %d different ones", len(seen))
	}
}
