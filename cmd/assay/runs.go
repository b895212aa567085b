package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/columns"
)

// recordedDir holds the runs that come with the checkout.
const recordedDir = "docs/runs"

// listed is a run as `assay runs` lists it.
type listed struct {
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	Target  string    `json:"target"`
	Verdict string    `json:"verdict"` // empty without a report
	Command string    `json:"command"`
	Path    string    `json:"path"` // below the checkout
}

// runsCommand lists the runs that other commands take by their IDs.
func runsCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "runs", Short: "List the saved runs, the newest last; their IDs and names are what other commands take", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			repo, err := workDir()
			if err != nil {
				return err
			}
			all, err := listRuns(repo)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), all)
			}
			return printRuns(command.OutOrStdout(), columns.Width(command.OutOrStdout()), all)
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

func printRuns(out io.Writer, width int, all []listed) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(out, "there is no run yet: `make e2e-kind` makes one")
		return err
	}
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{r.ID, r.Started.UTC().Format("2006-01-02 15:04"), r.Target, cmp.Or(r.Verdict, "–"), r.Path})
	}
	return columns.Print(out, width, []string{"run", "started (UTC)", "target", "verdict", "path"}, rows)
}

// listRuns returns all saved runs of a checkout by the time of their start.
func listRuns(repo string) ([]listed, error) {
	all := []listed{}
	for _, root := range []string{recordedDir, mutateDir, platform.RunsDir} {
		entries, err := os.ReadDir(filepath.Join(repo, root))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list the runs: %w", err)
		}
		for _, entry := range entries {
			path := filepath.Join(root, entry.Name())
			r, err := run.Open(filepath.Join(repo, path))
			if err != nil {
				continue // no run, or one of another version
			}
			one := listed{ID: r.ID, Started: r.Started, Target: string(r.Target), Command: r.Command, Path: path}
			if seen, err := report.Read(r.Path(report.Name)); err == nil {
				one.Verdict = string(seen.Verdict)
			}
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b listed) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// runIDs are the IDs of all runs and the names of those that come with the checkout.
func runIDs() []string {
	repo, err := workDir()
	if err != nil {
		return nil
	}
	all, err := listRuns(repo)
	if err != nil {
		return nil
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
		if name := filepath.Base(r.Path); name != r.ID {
			ids = append(ids, name)
		}
	}
	return ids
}

// saved opens the run that was named by its ID, its name or its directory, or the
// newest one that this checkout has made.
func saved(args []string) (string, *run.Run, error) {
	repo, err := workDir()
	if err != nil {
		return "", nil, err
	}
	all, err := listRuns(repo)
	if err != nil {
		return "", nil, err
	}
	if len(args) == 0 {
		for _, r := range slices.Backward(all) {
			if filepath.Dir(r.Path) == platform.RunsDir {
				opened, err := run.Open(filepath.Join(repo, r.Path))
				return repo, opened, err
			}
		}
		return "", nil, fmt.Errorf("there is no run in %s yet: `make e2e-kind` makes one", platform.RunsDir)
	}
	if _, err := os.Stat(filepath.Join(args[0], "run.json")); err == nil {
		r, err := run.Open(args[0])
		return repo, r, err
	}
	for _, r := range slices.Backward(all) {
		if r.ID == args[0] || filepath.Base(r.Path) == args[0] {
			opened, err := run.Open(filepath.Join(repo, r.Path))
			return repo, opened, err
		}
	}
	return "", nil, session.Unknown("run", args[0], runIDs())
}
