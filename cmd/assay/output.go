package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/text/visible"
)

// jsonFlag lets a command print JSON instead of tables.
func jsonFlag(command *cobra.Command, asJSON *bool) {
	command.Flags().BoolVar(asJSON, "json", false, "print JSON for other programs")
}

// printJSON writes a value as JSON that is safe on a terminal.
func printJSON(out io.Writer, value any) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	_, err := io.WriteString(out, visible.Characters(content.String()))
	return err
}
