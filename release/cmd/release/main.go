// Command release makes the archives and the image of a release from the checkout that it
// is run in (make dist).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/release"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var made release.Release
	var names []string
	command := &cobra.Command{
		Use: "release", Short: "Make the archives and the image of a release", Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			targets := release.Targets
			if len(names) > 0 {
				targets = nil
			}
			for _, name := range names {
				target, err := release.ParseTarget(name)
				if err != nil {
					return err
				}
				targets = append(targets, target)
			}
			return run(command.Context(), made, targets, command.OutOrStdout())
		},
	}
	command.Flags().StringSliceVar(&names, "targets", nil, "systems, such as linux/amd64; all if there is none")
	command.Flags().StringVar(&made.Out, "out", "artifacts/dist", "directory that takes the files")
	command.Flags().StringVar(&made.SBOM, "sbom", "bin/cyclonedx-gomod", "program that lists what is compiled into another one")
	return command
}

func run(ctx context.Context, r release.Release, targets []release.Target, out io.Writer) error {
	if err := described(ctx, &r); err != nil {
		return err
	}
	logs, err := os.MkdirTemp("", "assay-release-")
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(logs, "release.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	r.Log = log
	names, err := r.Make(ctx, targets)
	if err != nil {
		return fmt.Errorf("%w\nfull log: %s", err, log.Name())
	}
	for _, name := range names {
		fmt.Fprintln(out, filepath.Join(r.Out, name))
	}
	return os.RemoveAll(logs)
}

// described fills in which revision the checkout is at.
func described(ctx context.Context, r *release.Release) (err error) {
	if r.Repo, err = os.Getwd(); err != nil {
		return err
	}
	for _, path := range []*string{&r.Out, &r.SBOM} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	var problems []error
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", args...).Output()
		if err != nil {
			problems = append(problems, fmt.Errorf("git %s: %w", strings.Join(args, " "), err))
		}
		return strings.TrimSpace(string(out))
	}
	r.Version = strings.TrimPrefix(git("describe", "--tags", "--always", "--abbrev=12"), "v")
	r.Commit = git("rev-parse", "--short=12", "HEAD")
	if git("status", "--porcelain") != "" {
		r.Version, r.Commit = r.Version+"+changes", r.Commit+"+changes"
	}
	seconds, err := strconv.ParseInt(git("log", "-1", "--format=%ct"), 10, 64)
	r.Time = time.Unix(seconds, 0)
	return errors.Join(errors.Join(problems...), err)
}
