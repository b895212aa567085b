package tfrun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"strings"
	"syscall"

	"assay.dev/assay/harness/process/childenv"
	"assay.dev/assay/infra/secrets"
)

// lockWait bounds the wait for another terraform on the same state.
const lockWait = "60s"

// ErrInterrupted is wrapped by what a run returns that was told to stop.
var ErrInterrupted = errors.New("interrupted")

// Init installs the provider.
func (w *Workspace) Init(ctx context.Context) error {
	return w.run(ctx, w.log, "init", "-input=false", "-no-color")
}

// Plan writes a plan to the file name in the working copy.
func (w *Workspace) Plan(ctx context.Context, name string) error {
	return w.run(ctx, w.log, "plan", "-input=false", "-no-color", "-lock-timeout="+lockWait, "-out="+name)
}

// ShowJSON returns a plan as JSON. It holds secrets and goes to no log.
func (w *Workspace) ShowJSON(ctx context.Context, name string) ([]byte, error) {
	var out bytes.Buffer
	err := w.run(ctx, &out, "show", "-json", "-no-color", name)
	return out.Bytes(), err
}

// Apply carries out a plan of this working copy.
func (w *Workspace) Apply(ctx context.Context, name string) error {
	return w.run(ctx, w.log, "apply", "-input=false", "-no-color", "-lock-timeout="+lockWait, name)
}

// Destroy deletes everything in the state.
func (w *Workspace) Destroy(ctx context.Context) error {
	return w.run(ctx, w.log, "destroy", "-auto-approve", "-input=false", "-no-color", "-lock-timeout="+lockWait)
}

// Output returns an output's value, sensitive or not; it goes to no log.
func (w *Workspace) Output(ctx context.Context, name string) (string, error) {
	var out bytes.Buffer
	err := w.run(ctx, &out, "output", "-raw", "-no-color", name)
	return out.String(), err
}

// run runs terraform until it ends. When ctx ends first, terraform gets one
// SIGINT, on which it finishes the operations under way and saves its state;
// only after Grace is it killed. It runs in a process group of its own, so that
// a Ctrl-C at the terminal reaches it through this program alone: a second
// signal would make it stop without saving.
func (w *Workspace) run(ctx context.Context, stdout io.Writer, args ...string) error {
	defer func() { _ = w.log.Close() }() // the last line may lack its end
	var stderr bytes.Buffer
	stderrCopy := secrets.NewRedactor(&stderr, w.Secrets...)
	// The shell only narrows the mask for new files and becomes terraform.
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `umask 077; exec "$0" "$@"`, w.Binary}, args...)...)
	cmd.Dir = w.Dir
	cmd.Env = w.environment()
	cmd.Stdout = stdout
	cmd.Stderr = io.MultiWriter(w.log, stderrCopy)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = w.Grace

	err := cmd.Run()
	if cmd.Process != nil && (errors.Is(err, exec.ErrWaitDelay) || ctx.Err() != nil) {
		// Providers of a killed terraform are left without a parent that stops them.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("terraform %s: %w: %w", args[0], ErrInterrupted, context.Cause(ctx))
	}
	_ = stderrCopy.Close()
	return fmt.Errorf("terraform %s: %w\n%s", args[0], err, strings.TrimSpace(stderr.String()))
}

// inputs are the caller's variables for the configuration's input variables, which
// include the credentials. Those that SetVariables writes win over them.
var inputs = []string{"TF_VAR_*"}

// environment is terraform's own. The caller's TF_* would change the compartment,
// the state's place, the workspace or what destroy destroys, without a word. What is
// set to nothing would phone home or log requests with secrets in them.
func (w *Workspace) environment() []string {
	set := map[string]string{"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_LOG": "", "TF_LOG_PROVIDER": ""}
	maps.Copy(set, w.Provider.Env)
	maps.Copy(set, w.Env)
	return childenv.Make(set, childenv.Basic, childenv.Network, inputs)
}
