package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/spec/source"
)

// version says what this program is and which formats it reads and writes.
type version struct {
	Version       string `json:"version"`  // of the module, "(devel)" for a build in a checkout
	Revision      string `json:"revision"` // of the checkout, empty outside of one
	Go            string `json:"go"`
	Platform      string `json:"platform"`
	Specification string `json:"specification"`
	Report        int    `json:"reportFormat"`
	History       int    `json:"historyFormat"`
}

func versionCommand() *cobra.Command {
	asJSON := false
	command := &cobra.Command{
		Use: "version", Short: "Print the version, the specification and the formats of this program", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			v := thisVersion(command.Context(), specified.Specification.Feature)
			if asJSON {
				return printJSON(command.OutOrStdout(), v)
			}
			fmt.Fprintf(command.OutOrStdout(), "assay %s %s\n%s, %s\nspecification %s, report format %d, history format %d\n",
				v.Version, v.Revision, v.Go, v.Platform, v.Specification, v.Report, v.History)
			return nil
		},
	}
	jsonFlag(command, &asJSON)
	return command
}

func thisVersion(ctx context.Context, revision string) version {
	v := version{
		Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Specification: revision, Report: report.Version, History: history.Version,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			v.Version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				v.Revision = setting.Value
			}
		}
	}
	if came := archiveOf(executable()); came.Dir != "" {
		v.Version, v.Revision = came.Version, came.Commit
	}
	if repo, err := repository(); err == nil && v.Revision == "" {
		if out, err := exec.CommandContext(ctx, "git", "-C", repo, "rev-parse", "--short=12", "HEAD").Output(); err == nil {
			v.Revision = strings.TrimSpace(string(out))
		}
	}
	return v
}
