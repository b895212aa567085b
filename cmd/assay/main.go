// Command assay brings the platform up, judges it, and takes it down again.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/infra/cli"
)

// errRed is a run that ended and is not green: what is red has been printed.
var errRed = errors.New("the run is red")

func main() { os.Exit(execute()) }

// execute returns the exit code: 0 for green, 1 for an error or a red run.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := root().ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "interrupted: run the same command again to go on, or `make down` to remove what was made")
	}
	return 1
}

func root() *cobra.Command {
	command := &cobra.Command{
		Use:           "assay",
		Short:         "A conformance and chaos suite that deploys the platform it judges",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	command.AddCommand(
		platformCommand("up", "Bring the platform up on kind, or adopt the one that is up", (*platform.Platform).Up),
		platformCommand("down", "Take the platform down and leave nothing behind but the build cache", (*platform.Platform).Down),
		platformCommand("doctor", "Say what this machine has and lacks", (*platform.Platform).Doctor),
		platformCommand("bench-platform", "Measure a warm start, an adoption and the memory of the platform", (*platform.Platform).Bench),
		platformCommand("deploy", "Install the platform on the cluster that "+platform.KubeconfigEnv+" names", (*platform.Platform).Deploy),
		toolsCommand(),
		e2eCommand(),
		testCommand(),
		reportCommand(),
		replayCommand(),
		specCommand(),
		mutateCommand(),
		benchMutateCommand(),
		soakCommand(),
		healCommand(),
		chaosCommand(),
		benchChaosCommand(),
		cli.CostCommand(),
	)
	return command
}

// toolsCommand keeps its standard output for the shell that evaluates it.
func toolsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "tools", Short: "Make helm, helmfile and the charts; print their paths for a shell to evaluate", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			repo, err := repository()
			if err != nil {
				return err
			}
			p, err := platform.New(repo, os.Stderr, isatty.IsTerminal(os.Stderr.Fd()))
			if err != nil {
				return err
			}
			return p.Tools(command.Context(), os.Stdout)
		},
	}
}

func platformCommand(use, short string, run func(*platform.Platform, context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			p, err := open()
			if err != nil {
				return err
			}
			return run(p, command.Context())
		},
	}
}

// open returns the platform of the checkout that the current directory lies in.
func open() (*platform.Platform, error) {
	repo, err := repository()
	if err != nil {
		return nil, err
	}
	return platform.New(repo, os.Stdout, isatty.IsTerminal(os.Stdout.Fd()))
}

// repository finds the checkout that the current directory lies in.
func repository() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(content), "module assay.dev/assay\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside a checkout of assay: change into one", start)
		}
	}
}
