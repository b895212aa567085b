package tfrun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"assay.dev/assay/harness/process/childenv"
	"assay.dev/assay/infra/secrets"
)

// ErrInterrupted is wrapped by what a run returns that was told to stop.
var ErrInterrupted = errors.New("interrupted")

// runnerPath names the PATH of terraform to the program that runs it; see
// infra/terratest, which is not imported: it starts a program when it is initialized.
const runnerPath = "ASSAY_TERRATEST_PATH"

// Init installs the provider.
func (w *Workspace) Init(ctx context.Context) error { return w.run(ctx, w.log, "init", "") }

// Plan writes a plan to the file name in the working copy.
func (w *Workspace) Plan(ctx context.Context, name string) error {
	return w.run(ctx, w.log, "plan", name)
}

// ShowJSON returns a plan as JSON. It holds secrets and goes to no log.
func (w *Workspace) ShowJSON(ctx context.Context, name string) ([]byte, error) {
	var out bytes.Buffer
	err := w.run(ctx, &out, "show", name)
	return out.Bytes(), err
}

// Apply carries out a plan of this working copy.
func (w *Workspace) Apply(ctx context.Context, name string) error {
	return w.run(ctx, w.log, "apply", name)
}

// Destroy deletes everything in the state.
func (w *Workspace) Destroy(ctx context.Context) error { return w.run(ctx, w.log, "destroy", "") }

// Output returns the value of an output that is a string, sensitive or not; it goes to
// no log.
func (w *Workspace) Output(ctx context.Context, name string) (string, error) {
	var out bytes.Buffer
	if err := w.run(ctx, &out, "output", name); err != nil {
		return "", err
	}
	var value string
	if err := json.Unmarshal(out.Bytes(), &value); err != nil {
		// The error would quote the value.
		return "", fmt.Errorf("terraform output: %s is no string", name)
	}
	return value, nil
}

// run runs an operation of terraform by Terratest until it ends. Terratest would kill
// terraform when ctx ends, so that it is in a process of its own, which knows nothing of
// ctx. When ctx ends first, the group of that process gets one SIGINT, on which terraform
// finishes the operations under way and saves its state; only after Grace is the group
// killed. Because it is a group of its own, a Ctrl-C at the terminal reaches terraform
// through this program alone: a second signal would make it stop without saving.
func (w *Workspace) run(ctx context.Context, stdout io.Writer, operation, argument string) error {
	defer func() { _ = w.log.Close() }() // the last line may lack its end
	if w.Provider.Runner == "" {
		return errors.New("no program to run terraform with: Provider names none")
	}
	var stderr bytes.Buffer
	redacted := secrets.NewRedactor(&stderr, w.Secrets...)
	cmd := exec.CommandContext(ctx, w.Provider.Runner, operation, w.Binary, argument)
	cmd.Dir = w.Dir
	cmd.Env = w.environment()
	cmd.Stdout, cmd.Stderr = stdout, redacted
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = w.Grace

	err := cmd.Run()
	if cmd.Process != nil && (errors.Is(err, exec.ErrWaitDelay) || ctx.Err() != nil) {
		// What a killed process has started is left without a parent that stops it.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("terraform %s: %w: %w", operation, ErrInterrupted, context.Cause(ctx))
	}
	_ = redacted.Close()
	return fmt.Errorf("terraform %s: %w\n%s", operation, err, strings.TrimSpace(stderr.String()))
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
	// Terratest starts a terraform of PATH before anything else.
	set[runnerPath], set["PATH"] = os.Getenv("PATH"), ""
	return childenv.Make(set, childenv.Basic, childenv.Network, inputs)
}
