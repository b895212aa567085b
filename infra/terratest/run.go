// Package terratest runs Terraform by Terratest, as a process of its own between a run
// and Terraform. A program that links this package becomes that process when Env is set,
// before its main function. docs/decisions/terratest.md says why.
package terratest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/gruntwork-io/terratest/modules/logger"
	"github.com/gruntwork-io/terratest/modules/retry"
	"github.com/gruntwork-io/terratest/modules/shell"
	"github.com/gruntwork-io/terratest/modules/terraform"
	"github.com/gruntwork-io/terratest/modules/testing"
)

// Env makes a program that links this package carry out one operation and end. The
// arguments are the operation (init, plan, apply, destroy, show or output), the path of
// terraform, and the file of a plan or the name of an output. Terraform runs in the
// working directory. Its output goes to the standard output, line by line; that of show
// and output is JSON. After a failure its errors go to the standard error, too.
//
// The value is the PATH that Terraform gets. The process itself starts without one,
// because Terratest starts the terraform of PATH while its package is initialized.
const Env = "ASSAY_TERRATEST_PATH"

// lockWait bounds the wait for another terraform on the same state.
const lockWait = "60s"

func init() {
	if path, set := os.LookupEnv(Env); set {
		os.Exit(run(path, os.Args[1:]))
	}
}

func run(path string, args []string) int {
	if len(args) != 3 {
		fmt.Fprintln(os.Stderr, "want an operation, the path of terraform and an argument")
		return 2
	}
	if err := errors.Join(os.Unsetenv(Env), os.Setenv("PATH", path)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	syscall.Umask(0o077)
	// The signal goes to the process group, and terraform is in it: this process waits
	// until terraform has saved its state, whether or not somebody still reads.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGPIPE)
	printed, err := operate(args[0], args[1], args[2])
	if err == nil {
		_, err = fmt.Print(printed)
	}
	return exitCode(err)
}

// operate returns what the operation has to print beside what is logged. No context ends
// it: Terratest would kill terraform.
func operate(operation, binary, argument string) (string, error) {
	ctx := context.Background()
	logger.Default = logger.Discard
	options := &terraform.Options{
		TerraformBinary: binary, TerraformDir: ".", NoColor: true, Lock: true, LockTimeout: lockWait, Logger: logger.New(lines{}),
		ExtraArgs: terraform.ExtraArgs{Init: []string{"-input=false"}},
	}
	var err error
	switch operation {
	case "init":
		_, err = terraform.InitContextE(nil, ctx, options)
	case "plan":
		options.PlanFilePath = argument
		_, err = terraform.PlanContextE(nil, ctx, options)
	case "apply":
		options.PlanFilePath = argument
		_, err = terraform.ApplyContextE(nil, ctx, options)
	case "destroy":
		_, err = terraform.DestroyContextE(nil, ctx, options)
	case "show":
		options.PlanFilePath, options.Logger = argument, logger.Discard
		return terraform.ShowContextE(nil, ctx, options)
	case "output":
		options.Logger = logger.Discard
		return terraform.OutputJSONContextE(nil, ctx, options, argument)
	default:
		err = fmt.Errorf("%q is no operation", operation)
	}
	return "", err
}

// lines logs what terraform prints, and not what Terratest does: that has arguments in it.
type lines struct{}

// Logf implements logger.TestLogger. Terratest logs each line of a program as an argument.
func (lines) Logf(_ testing.TestingT, format string, args ...any) {
	if format == "%s" && len(args) == 1 {
		fmt.Println(args[0])
	}
}

// exitCode prints terraform's own words for an error and returns terraform's exit code.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if fatal := (retry.FatalError{}); errors.As(err, &fatal) { // it unwraps nothing
		err = fatal.Underlying
	}
	if ended := (*shell.ErrWithCmdOutput)(nil); errors.As(err, &ended) {
		fmt.Fprintln(os.Stderr, ended.Output.Stderr())
		err = ended.Underlying
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) && ended.ExitCode() > 0 {
		return ended.ExitCode()
	}
	return 1
}
