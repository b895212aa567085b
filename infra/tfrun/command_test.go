package tfrun

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "assay.dev/assay/infra/terratest"
	"assay.dev/assay/infra/tfprovider"
)

// runner is this program, which becomes what runs Terraform; see the import of terratest.
func runner(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// fake makes a workspace whose terraform is a shell script.
func fake(t *testing.T, script string) (*Workspace, *bytes.Buffer) {
	t.Helper()
	module, dir := t.TempDir(), filepath.Join(t.TempDir(), "work")
	for name, content := range map[string]string{"main.tf": "# main", lockFile: "# lock", "notes.txt": "no"} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(t.TempDir(), "terraform")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	log := new(bytes.Buffer)
	w, err := Prepare(Config{Module: module, Dir: dir, Binary: binary, Provider: tfprovider.Installation{Runner: runner(t)}, Log: log, Secrets: []string{"hunter2-hunter2"}, Grace: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return w, log
}

func TestPrepareCopiesTheConfigurationAlone(t *testing.T) {
	w, _ := fake(t, "")
	entries, err := os.ReadDir(w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "main.tf" {
		t.Errorf("the working copy holds %v, want main.tf: the lock file is for the registry's provider", entries)
	}
}

func TestPrepareKeepsState(t *testing.T) {
	w, _ := fake(t, `echo '{}' > terraform.tfstate`)
	if w.HasState() {
		t.Error("a fresh working copy has a state")
	}
	if err := w.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := Prepare(w.Config)
	if err != nil {
		t.Fatal(err)
	}
	if !again.HasState() {
		t.Error("the state is lost")
	}
}

func TestFilesAreTheUsersAlone(t *testing.T) {
	w, _ := fake(t, `echo secret > terraform.tfstate; mkdir -p .terraform/providers; echo x > tfplan`)
	if err := w.SetVariables("secret", map[string]any{"password": "x"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := w.OpenFiles(); err != nil || len(open) != 0 {
		t.Errorf("others may read %v (%v)", open, err)
	}
	if err := os.Chmod(filepath.Join(w.Dir, "tfplan"), 0o644); err != nil {
		t.Fatal(err)
	}
	if open, err := w.OpenFiles(); err != nil || len(open) != 1 {
		t.Errorf("an open file is not seen: %v (%v)", open, err)
	}
}

func TestInterruptLetsTerraformSave(t *testing.T) {
	w, _ := fake(t, `trap 'echo saved > state; exit 1' INT; echo ready > ready; while :; do sleep 0.05; done`)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	go func() {
		waitFor(t, filepath.Join(w.Dir, "ready"))
		cancel(errors.New("Ctrl-C"))
	}()
	err := w.Init(ctx)
	if !errors.Is(err, ErrInterrupted) || !strings.Contains(err.Error(), "Ctrl-C") {
		t.Errorf("error is %v, want interrupted with the cause", err)
	}
	if _, err := os.Stat(filepath.Join(w.Dir, "state")); err != nil {
		t.Error("terraform was not given the time to save")
	}
}

func TestInterruptKillsWhatDoesNotStop(t *testing.T) {
	w, _ := fake(t, `trap '' INT; echo $$ > ready; while :; do sleep 0.05; done`)
	w.Grace = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		waitFor(t, filepath.Join(w.Dir, "ready"))
		cancel()
	}()
	started := time.Now()
	if err := w.Init(ctx); !errors.Is(err, ErrInterrupted) {
		t.Errorf("error is %v, want interrupted", err)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s to give up", took)
	}
}

func TestOutputGoesToNoLog(t *testing.T) {
	w, log := fake(t, `printf '%s' '"very-secret\n"'`)
	got, err := w.Output(t.Context(), "kubeconfig")
	if err != nil || got != "very-secret\n" {
		t.Fatalf("output is %q, %v", got, err)
	}
	if strings.Contains(log.String(), "secret") {
		t.Errorf("the log holds %q", log)
	}
}

func TestSecretsShowUpNowhere(t *testing.T) {
	w, log := fake(t, `echo "out hunter2-hunter2"; echo "err hunter2-hunter2" >&2; exit 1`)
	err := w.Init(t.Context())
	if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(log.String(), "hunter2") {
		t.Errorf("error %v, log %q", err, log)
	}
}

func TestFailureSaysWhy(t *testing.T) {
	w, _ := fake(t, `echo "Error: no such region" >&2; exit 1`)
	if err := w.Init(t.Context()); err == nil || !strings.Contains(err.Error(), "no such region") {
		t.Errorf("error is %v, want terraform's own words", err)
	}
}

// waitFor polls for a file for at most five seconds.
func waitFor(t *testing.T, file string) {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		if _, err := os.Stat(file); err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%s did not appear", filepath.Base(file))
}

// TestTerraformIsInAProcessGroupOfItsOwn: Ctrl-C at the terminal reaches it through this
// program alone.
func TestTerraformIsInAProcessGroupOfItsOwn(t *testing.T) {
	w, log := fake(t, `kill -0 -$PPID && echo "the group of $PPID"`)
	if err := w.Init(t.Context()); err != nil || !strings.Contains(log.String(), "the group of ") {
		t.Errorf("%v, log %q", err, log)
	}
}

// TestOneInterruptReachesTerraform: a second one makes it stop without saving.
func TestOneInterruptReachesTerraform(t *testing.T) {
	w, _ := fake(t, `trap 'echo x >> signals; [ -e more ] || { touch more; sleep 0.3; exit 1; }' INT; echo ready > ready; while :; do sleep 0.05; done`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		waitFor(t, filepath.Join(w.Dir, "ready"))
		cancel()
	}()
	if err := w.Init(ctx); !errors.Is(err, ErrInterrupted) {
		t.Errorf("error is %v, want interrupted", err)
	}
	if signals, err := os.ReadFile(filepath.Join(w.Dir, "signals")); err != nil || string(signals) != "x\n" {
		t.Errorf("terraform got %q, %v", signals, err)
	}
}

// TestNothingElseIsStarted: Terratest starts the terraform of PATH while it is
// initialized, with whatever the caller's variables make of it.
func TestNothingElseIsStarted(t *testing.T) {
	w, log := fake(t, `command -v terraform`)
	bin := t.TempDir()
	script := "#!/bin/sh\necho started >> '" + filepath.Join(bin, "started") + "'\n"
	for _, name := range []string{"terraform", "tofu"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if err := w.Init(t.Context()); err != nil || !strings.Contains(log.String(), bin) {
		t.Errorf("%v; terraform has another PATH: %s", err, log)
	}
	if _, err := os.Stat(filepath.Join(bin, "started")); err == nil {
		t.Error("the terraform of PATH was started, too")
	}
}

// TestTheArgumentsAreThoseOfARunWithoutAUser runs each operation.
func TestTheArgumentsAreThoseOfARunWithoutAUser(t *testing.T) {
	for name, want := range map[string][]string{
		"init": {"-input=false", "-no-color"}, "plan": {"-input=false", "-no-color", "-lock=true", "-lock-timeout=60s", "-out=up.tfplan"},
		"apply": {"-input=false", "-no-color", "-lock=true", "-lock-timeout=60s", "up.tfplan"}, "destroy": {"-auto-approve", "-input=false", "-lock-timeout=60s"},
		"show": {"-json", "-no-color", "up.tfplan"}, "output": {"-json", "-no-color", "kubeconfig"},
	} {
		w, log := fake(t, `echo "$@" > asked; echo '"{}"'`)
		err := map[string]func() error{
			"init": func() error { return w.Init(t.Context()) }, "plan": func() error { return w.Plan(t.Context(), "up.tfplan") },
			"apply": func() error { return w.Apply(t.Context(), "up.tfplan") }, "destroy": func() error { return w.Destroy(t.Context()) },
			"show":   func() error { _, err := w.ShowJSON(t.Context(), "up.tfplan"); return err },
			"output": func() error { _, err := w.Output(t.Context(), "kubeconfig"); return err },
		}[name]()
		asked, read := os.ReadFile(filepath.Join(w.Dir, "asked"))
		if err != nil || read != nil || !strings.HasPrefix(string(asked), name+" ") || strings.Contains(log.String(), w.Binary) {
			t.Errorf("%s: %v, called %q (%v), log %q", name, err, asked, read, log)
		}
		for _, word := range want {
			if !strings.Contains(" "+string(asked), " "+word) {
				t.Errorf("%s is called as %q, without %s", name, asked, word)
			}
		}
	}
}
