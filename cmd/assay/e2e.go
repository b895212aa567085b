package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// defaultLabels leaves out what takes long: checks that wait for hours of a platform's
// life, and all faults but the core set.
const defaultLabels = "!chaos || core"

// quick leaves out what breaks something or waits, too: what is left takes less than 100 s
// on a platform that is up. quickSuites are what it runs.
const quick = "!disruptive && !waits"

var quickSuites = []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing}

// compileStep compiles the suites while the platform is deployed.
const compileStep = "compile suites"

// e2eFlags say what e2e judges.
type e2eFlags struct {
	filter      session.Filter
	quick, hold bool
	exceptions  exceptionFlags
}

// chosen returns the filter and the suites that the flags select, before anything is
// compiled.
func (f e2eFlags) chosen(s *spec.Spec) (session.Filter, []spec.Suite, error) {
	suites := session.Suites()
	switch {
	case f.quick && f.filter != (session.Filter{}):
		return f.filter, nil, refuse("--quick selects by itself: leave out --focus and --labels, or --quick")
	case f.quick:
		f.filter.Labels, suites = quick, quickSuites
	case f.filter == (session.Filter{}):
		f.filter.Labels = defaultLabels
	}
	return resolve(s, f.filter, suites, false)
}

// leftOut says before a quick run what it does not judge. The verdict's first line says
// of how much it speaks, and the summary ends with the commands for the rest.
func (f e2eFlags) leftOut(s *spec.Spec) string {
	if !f.quick {
		return ""
	}
	return fmt.Sprintf("quick: left out are all %d faults (suite %s) and every check that is disruptive or waits; "+
		"the verdict does not speak of them. For more: make e2e-kind", len(s.Faults), spec.Chaos)
}

// e2eCommand is the main job: deploy everything, judge it, report.
func e2eCommand() *cobra.Command {
	flags := e2eFlags{}
	command := &cobra.Command{
		Use: "e2e", Short: "Bring the platform up on kind, run all suites, write the report", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			specified, err := source.Open("")
			if err != nil {
				return err
			}
			exceptions, err := flags.exceptions.read(specified)
			if err != nil {
				return err
			}
			filter, suites, err := flags.chosen(specified)
			if err != nil {
				return err
			}
			p, err := open()
			if err != nil {
				return err
			}
			s, err := newSession()
			if err != nil {
				return err
			}
			s.Hold = flags.hold
			if text := flags.leftOut(specified); text != "" {
				fmt.Println(columns.Indent("", text, columns.Width(os.Stdout)))
			}
			printExpired(os.Stdout, columns.Width(os.Stdout), exceptions.Waivers, time.Now())
			compile := steps.Step{Name: compileStep, Run: func(ctx context.Context, _ io.Writer) error { return s.Compile(ctx) }}
			if err := p.UpBeside(command.Context(), compile); err != nil {
				return err
			}
			return judgePlatform(command.Context(), p, s, suites, filter, exceptions)
		},
	}
	filterFlags(command, &flags.filter, defaultLabels)
	holdFlag(command, &flags.hold)
	exceptionsFlags(command, &flags.exceptions)
	command.Flags().BoolVar(&flags.quick, "quick", false, "leave out faults and checks that are disruptive or wait; takes less than 100 s on a platform that is up")
	return command
}
