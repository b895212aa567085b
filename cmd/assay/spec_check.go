package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/change"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// specInitCommand starts a specification.
func specInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init DIR", Short: "Start a specification of your own: copy the reference one into a new directory", Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			dir := args[0]
			if _, err := os.Stat(dir); err == nil {
				return refuse("%s is there already: name a directory that is not", dir)
			}
			if err := os.CopyFS(dir, todo.FS); err != nil {
				return fmt.Errorf("copy the reference specification: %w", err)
			}
			fmt.Fprintf(command.OutOrStdout(), "%s is a copy of the reference specification. Change its platform.yaml and SPEC.md, and then run:\n"+
				"  assay spec check %[1]s\n  assay spec diff %s %[1]s\n  assay --spec %[1]s up\n", dir, todo.Name)
			return nil
		},
	}
}

// specCheckCommand says what is wrong with a specification.
func specCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [DIR]", Short: "Check a specification: what is missing, wrong or stated twice, each with file and line", Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			s, err := source.Open(strings.Join(args, ""))
			if err != nil {
				return err
			}
			return checkSpec(command.OutOrStdout(), s)
		},
	}
}

// checkSpec prints what a specification comes to, and where its files disagree, which is
// an error.
func checkSpec(out io.Writer, s *spec.Spec) error {
	disagreements, err := s.Disagreements()
	if err != nil {
		return err
	}
	for _, d := range disagreements {
		fmt.Fprintf(out, "%s/%s\n", s.Name, d)
	}
	fmt.Fprintf(out, "%s: %d requirements, %d claims of the document\n", s.Name, len(s.Requirements), len(s.Claims))
	if unused := s.Unused(); len(unused) > 0 {
		fmt.Fprintf(out, "%d templates of the catalog do not apply, since the specification has nothing that they are for:\n  %s\n",
			len(unused), strings.Join(unused, "\n  "))
	}
	if len(disagreements) > 0 {
		if len(disagreements) == 1 {
			return fmt.Errorf("%s: 1 disagreement between its files", s.Name)
		}
		return fmt.Errorf("%s: %d disagreements between its files", s.Name, len(disagreements))
	}
	return nil
}

// specDiffCommand says what a change of a specification changes.
func specDiffCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "diff OLD NEW", Short: "Show what differs between two specifications: requirements, values, deployment and cost", Args: cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			old, failed := openEither(args[0])
			new, err := openEither(args[1])
			if err := errors.Join(failed, err); err != nil {
				return err
			}
			changes, err := change.Of(old, new)
			if err != nil {
				return err
			}
			out := command.OutOrStdout()
			if asJSON {
				return printJSON(out, changes)
			}
			printChanges(out, changes)
			return nil
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

// openEither opens a directory, or the reference specification by its name, which need
// not be a directory here.
func openEither(dir string) (*spec.Spec, error) {
	if _, err := os.Stat(dir); err != nil && filepath.ToSlash(filepath.Clean(dir)) == todo.Name {
		return todo.Load()
	}
	return source.Open(dir)
}

// printChanges prints each kind of change below its name; what is long stands on lines of
// its own.
func printChanges(out io.Writer, c change.Changes) {
	same := true
	for _, kind := range []struct {
		name string
		list []change.Change
	}{{"requirements", c.Requirements}, {"values", c.Values}, {"deployed by", c.Deployed}, {"asked of the cloud", c.Cost}} {
		if len(kind.list) == 0 {
			continue
		}
		same = false
		fmt.Fprintln(out, kind.name)
		for _, one := range kind.list {
			if one.Old != "" && one.New != "" && len(one.Old)+len(one.New) < 40 {
				fmt.Fprintf(out, "  %s: %s → %s\n", one.Name, one.Old, one.New)
				continue
			}
			fmt.Fprintf(out, "  %s\n", one.Name)
			if one.Old != "" {
				fmt.Fprintf(out, "    - %s\n", one.Old)
			}
			if one.New != "" {
				fmt.Fprintf(out, "    + %s\n", one.New)
			}
		}
	}
	if same {
		fmt.Fprintln(out, "nothing differs")
	}
}
