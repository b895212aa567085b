package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// exceptionFlags name what a run does not insist on.
type exceptionFlags struct {
	waivers string
	skips   *[]string // nil until a command has the flag
}

// skipsFlag is the flag of a command that judges a platform.
const skipsFlag = "accept-skips"

// exceptionsFlags lets a command that judges a platform do so with waivers and accepted
// skips.
func exceptionsFlags(command *cobra.Command, f *exceptionFlags) {
	waiversFlag(command, &f.waivers)
	f.skips = command.Flags().StringSlice(skipsFlag, nil, "capabilities that the target may lack, separated by commas: a MUST that is skipped for them alone leaves the run green")
	if err := command.RegisterFlagCompletionFunc(skipsFlag, completeCapabilities); err != nil {
		panic(err) // the flag is there
	}
}

func waiversFlag(command *cobra.Command, path *string) {
	command.Flags().StringVar(path, "waivers", "", "file of waivers: requirements that need not be met until a day, with reason and owner; without it that of "+run.WaiversEnv)
}

// completeCapabilities completes the last name of a list by those that are not in it.
func completeCapabilities(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	list, last := "", word
	if at := strings.LastIndex(word, ","); at >= 0 {
		list, last = word[:at+1], word[at+1:]
	}
	names := slices.DeleteFunc(spec.Capability("").Values(), func(name string) bool { return slices.Contains(strings.Split(list, ","), name) })
	found, directive := completion(func() []string { return names })(command, args, last)
	return prefixed(list, found), directive
}

// read reads what the flags name, for a specification, before anything else is done.
func (f exceptionFlags) read(s *spec.Spec) (e run.Exceptions, err error) {
	if path := cmp.Or(f.waivers, os.Getenv(run.WaiversEnv)); path != "" {
		if e.Waivers, err = run.ReadWaivers(path, s); err != nil {
			return e, err
		}
	}
	if f.skips == nil || *f.skips == nil {
		return e, nil
	}
	if len(*f.skips) == 0 {
		return e, errors.New("--" + skipsFlag + " names no capability: name some, or leave it out")
	}
	e.AcceptSkips, err = session.Capabilities(*f.skips)
	return e, err
}

// printExpired announces, before a run, the waivers that will make it red.
func printExpired(out io.Writer, width int, w *spec.Waivers, now time.Time) {
	if w == nil {
		return
	}
	for _, entry := range w.Entries {
		if entry.Expired(now) {
			text := fmt.Sprintf("%s:%d: the waiver of %s has expired on %s: if the run selects it, the run is red", w.File, entry.Line, entry.Requirement, entry.Expires)
			fmt.Fprintln(out, columns.Indent("", visible.Line(text), width))
		}
	}
}

// waive lets the waivers of the flag count in the report of a saved run. Without the flag
// the run's own count, and if it has none, those of the environment. save puts them into
// the run, whose report then is the same again without their file.
func waive(r *run.Run, flag string, save bool) error {
	path := flag
	if path == "" && r.WaiversFile == "" {
		path = os.Getenv(run.WaiversEnv)
	}
	if path == "" {
		_, err := r.Waivers()
		return err
	}
	s, err := r.Specification()
	if err != nil {
		return err
	}
	w, err := run.ReadWaivers(path, s)
	if err != nil {
		return err
	}
	if save {
		return r.Except(run.Exceptions{Waivers: w})
	}
	r.Waive(w)
	return nil
}
