package main

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
)

// prerequisite is what `assay doctor` found out about one thing that up needs.
type prerequisite struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// doctorCommand checks the prerequisites of up.
func doctorCommand() *cobra.Command {
	asJSON := false
	command := platformCommand("doctor", "Check the prerequisites of `up` on this machine", (*platform.Platform).Doctor)
	plain := command.RunE
	command.RunE = func(command *cobra.Command, args []string) error {
		if !asJSON {
			return plain(command, args)
		}
		repo, err := repository()
		if err != nil {
			return err
		}
		var said bytes.Buffer
		p, err := platform.New(repo, &said, false)
		if err != nil {
			return err
		}
		return doctorJSON(command, &said, p.Doctor)
	}
	jsonFlag(command, &asJSON)
	return command
}

// doctorJSON prints what a doctor says, a prerequisite a line, as JSON.
func doctorJSON(command *cobra.Command, said *bytes.Buffer, doctor func(context.Context) error) error {
	failed := doctor(command.Context())
	found := []prerequisite{}
	for line := range strings.Lines(said.String()) {
		mark, text, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && (mark == "✓" || mark == "✗") {
			found = append(found, prerequisite{mark == "✓", text})
		}
	}
	return errors.Join(printJSON(command.OutOrStdout(), found), failed)
}
