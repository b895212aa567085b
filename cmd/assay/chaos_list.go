package main

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// listedFault is a fault as `assay chaos list` lists it.
type listedFault struct {
	Name        string `json:"name"`
	What        string `json:"what"`
	Requirement string `json:"requirement"`
	// Does is the action, or the kind and action of the manifest.
	Does     string `json:"does"`
	Manifest string `json:"manifest,omitempty"`
	Witness  string `json:"witness,omitempty"`
	Target   string `json:"target,omitempty"`
	// Capability is what the target has to be able to do, by the specification.
	Capability string `json:"capability,omitempty"`
	// Without is why the fault does not apply to the specification, empty if it does.
	Without string `json:"without,omitempty"`
}

// chaosListCommand lists the faults of the specification. It needs no platform.
func chaosListCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "list", Short: "List the faults of the specification: what each does to what, and which requirement it proves", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			s, err := source.Open("")
			if err != nil {
				return err
			}
			all, err := listFaults(s)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(command.OutOrStdout(), all)
			}
			return printFaults(command.OutOrStdout(), columns.Width(command.OutOrStdout()), all)
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

// listFaults describes the faults of a specification, in its order.
func listFaults(s *spec.Spec) ([]listedFault, error) {
	all := []listedFault{}
	for _, f := range s.Faults {
		one := listedFault{
			Name: f.Name, What: f.What, Requirement: f.Requirement, Does: string(f.Action), Target: f.Target.String(), Capability: string(f.Capability),
		}
		if f.Chaos != nil {
			one.Does, one.Manifest, one.Witness = strings.TrimSpace(f.Chaos.Kind+" "+f.Chaos.Action), f.Manifest, string(f.Proof.Witness)
		}
		_, err := fault.New(&fault.Lab{Spec: s}, f.Name)
		if none := (*fault.NotApplicable)(nil); errors.As(err, &none) {
			one.Without = none.Reason
		} else if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func printFaults(out io.Writer, width int, all []listedFault) error {
	var rows [][]string
	for _, f := range all {
		does := f.Does
		if f.Manifest != "" {
			does += " (" + f.Manifest + "), seen by " + f.Witness
		}
		if f.Without != "" {
			does += "; does not apply: " + f.Without
		}
		rows = append(rows, []string{f.Name, does, cmp.Or(f.Target, "–"), f.Requirement})
	}
	return columns.Print(out, width, []string{"fault", "does", "to", "requirement"}, rows)
}
