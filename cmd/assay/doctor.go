package main

import (
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/spec/source"
)

// doctorCommand checks the prerequisites of up.
func doctorCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "doctor", Short: "Check the prerequisites of `up` on this machine", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			dir, err := workDir()
			if err != nil {
				return err
			}
			if !asJSON {
				p, err := openIn(dir)
				if err != nil {
					return err
				}
				return p.Doctor(command.Context())
			}
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			p, err := platform.New(dir, specified, io.Discard, false) // JSON stands alone
			if err != nil {
				return err
			}
			return doctorJSON(command.OutOrStdout(), p.Prerequisites(command.Context()))
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

// doctorJSON prints what a doctor found as JSON. The error is the same as without it.
func doctorJSON(out io.Writer, findings []platform.Finding) error {
	var failed error
	if slices.ContainsFunc(findings, func(f platform.Finding) bool { return !f.OK }) {
		failed = platform.ErrPrerequisites
	}
	return errors.Join(printJSON(out, findings), failed)
}
