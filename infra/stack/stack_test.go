package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/spec/todo"
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

// TestTheChosenSpecificationIsApplied: its variables are written where terraform reads
// them before those of the run, which hold against it, and after those of the module.
func TestTheChosenSpecificationIsApplied(t *testing.T) {
	s, err := todo.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.OCI.VCN.Name, s.OCI.NodePool.Size = "shop-vcn", 2
	binary := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "stack")
	config := Config{
		Module: "../terraform", Binary: binary, Dir: dir, Run: "run", TTL: time.Hour,
		Platform: s.Platform, Variables: map[string]any{"node_pool_size": 1},
	}
	if _, err := Open(config); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	if got := read("terraform.tfvars.json"); !strings.Contains(got, `"todo-vcn"`) {
		t.Errorf("the module's own variables are %s", got)
	}
	if got := read("platform.auto.tfvars.json"); !strings.Contains(got, `"shop-vcn"`) || !strings.Contains(got, `"node_pool_size": 2`) {
		t.Errorf("the variables of the specification are %s", got)
	}
	if got := read("run.auto.tfvars.json"); !strings.Contains(got, `"node_pool_size": 1`) || platformFile >= variablesFile {
		t.Errorf("the variables of the run are %s, in %s after %s", got, variablesFile, platformFile)
	}
	s.OCI.OKECluster.Type = "ENHANCED_CLUSTER"
	if _, err := Open(config); err == nil || !strings.Contains(err.Error(), "oci.okeCluster.type") {
		t.Errorf("got %v, want an error that names what cannot be made", err)
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
