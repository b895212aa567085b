package main

import (
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/source"
)

// completion completes a word by names that start with it, in any case.
func completion(names func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		var found []string
		for _, name := range names() {
			if strings.HasPrefix(strings.ToLower(name), strings.ToLower(word)) {
				found = append(found, name)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// runCompletion completes the IDs of runs; a path is completed by the shell.
func runCompletion(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	found, _ := completion(runIDs)(command, args, word)
	return found, cobra.ShellCompDirectiveDefault
}

func suiteNames() []string {
	var names []string
	for _, suite := range session.Suites() {
		names = append(names, string(suite))
	}
	return names
}

// checkNames are the names that --focus takes: requirements and faults.
func checkNames() []string {
	var names []string
	s, err := source.Open("")
	if err != nil {
		return nil
	}
	for _, r := range s.Requirements {
		names = append(names, r.ID)
	}
	for _, f := range s.Faults {
		names = append(names, f.Name)
	}
	return names
}

func mutantNames() []string {
	s, err := source.Open("")
	if err != nil {
		return nil
	}
	list, _, err := mutants.Load(s)
	if err != nil {
		return nil
	}
	var names []string
	for _, m := range list {
		names = append(names, m.ID)
	}
	return names
}

// complete lets a flag be completed by names. The flag is there, or it panics.
func complete(command *cobra.Command, flag string, names func() []string) {
	if err := command.RegisterFlagCompletionFunc(flag, completion(names)); err != nil {
		panic(err)
	}
}
