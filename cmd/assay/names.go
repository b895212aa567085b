package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"assay.dev/assay/harness/runner/session"
)

// unknownFlag says which flag is meant by one that there is not.
func unknownFlag(command *cobra.Command, err error) error {
	word, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return fmt.Errorf("%w; see `%s --help`", err, command.CommandPath())
	}
	var names []string
	command.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return session.Unknown("flag", "--"+word, names)
}

// unknownCommand refuses the name of a subcommand that there is not. Cobra does so for
// the root alone.
func unknownCommand(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range command.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return session.Unknown("command", command.CommandPath()+" "+args[0], prefixed(command.CommandPath()+" ", names))
}

func prefixed(prefix string, names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return all
}

// group makes a command of subcommands: without any it prints its help.
func group(command *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	command.Args = unknownCommand
	command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
	command.AddCommand(subs...)
	return command
}
