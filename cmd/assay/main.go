// Command assay brings the platform up, judges it, and takes it down again.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec/source"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := execute(ctx, root(), os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs a command and returns its exit code. Errors go to errors.
func execute(ctx context.Context, command *cobra.Command, errors io.Writer) int {
	ran, err := command.ExecuteContextC(ctx)
	if err == nil {
		return exitGreen
	}
	label := "error:"
	if code := exitCode(err); code == exitRefused {
		label = "refused:"
	} else if code != exitError {
		label = "verdict:"
	}
	fmt.Fprintln(errors, label, visible.Text(err.Error()))
	if ctx.Err() != nil {
		down := "`make down`"
		if strings.HasPrefix(ran.CommandPath(), "assay cloud ") {
			down = "`assay cloud down` with the same --target and --dir"
		}
		fmt.Fprintf(errors, "interrupted: run the same command again to go on, or %s to remove what is left\n", down)
	}
	return exitCode(err)
}

func root() *cobra.Command {
	command := &cobra.Command{
		Use:   "assay",
		Short: "A conformance and chaos suite that deploys the platform it judges",
		Long: "A conformance and chaos suite that deploys the platform it judges.\n\n" +
			"Exit codes: 0 green or done, 1 error, 2 red, 3 inconclusive or a selected MUST\nskipped, 4 refused.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	command.AddCommand(
		platformCommand("up", "Bring the platform up on kind, or reuse the one that is up", (*platform.Platform).Up),
		platformCommand("down", "Take the platform down and leave nothing behind but the build cache", (*platform.Platform).Down),
		doctorCommand(),
		adoptCommand(),
		preflightCommand(),
		unadoptCommand(),
		platformCommand("deploy", "Install the platform on the cluster that "+platform.KubeconfigEnv+" names", (*platform.Platform).Deploy),
		toolsCommand(),
		e2eCommand(),
		testCommand(),
		reportCommand(),
		smokeCommand(),
		replayCommand(),
		recordDemoCommand(),
		runsCommand(),
		coverageCommand(),
		versionCommand(),
		specCommand(),
		mutateCommand(),
		soakCommand(),
		healCommand(),
		chaosCommand(),
		benchCommand(),
		cloudCommand(),
	)
	directory := command.PersistentFlags().String("spec", "", "directory of the specification; without it that of "+source.Env+", without that the reference one")
	command.PersistentPreRunE = func(*cobra.Command, []string) error { return chooseSpec(*directory) }
	command.Args = unknownCommand
	command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
	command.SetFlagErrorFunc(unknownFlag)
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
			s, err := source.Open("")
			if err != nil {
				return err
			}
			p, err := platform.New(repo, s, os.Stderr, isatty.IsTerminal(os.Stderr.Fd()))
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
	return openIn(repo)
}

// openIn returns the platform of which something is kept in a directory.
func openIn(dir string) (*platform.Platform, error) {
	s, err := source.Open("")
	if err != nil {
		return nil, err
	}
	p, err := platform.New(dir, s, os.Stdout, isatty.IsTerminal(os.Stdout.Fd()))
	if err == nil {
		p.Commit = archiveOf(executable()).Commit
	}
	return p, err
}

// chooseSpec makes a directory the specification of this process and of its children, by
// a path that means the same everywhere.
func chooseSpec(directory string) error {
	if directory == "" {
		directory = os.Getenv(source.Env)
	}
	if directory == "" {
		return nil
	}
	path, err := filepath.Abs(directory)
	if err != nil {
		return fmt.Errorf("find the specification: %w", err)
	}
	return os.Setenv(source.Env, path)
}
