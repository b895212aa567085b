package platform

import (
	"context"
	"errors"
	"fmt"
	"io"

	"assay.dev/assay/harness/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/host"
)

// Tools makes helm, helmfile and the charts, and writes to shell what a shell
// evaluates so that tests which render the manifests find them.
func (p *Platform) Tools(ctx context.Context, shell io.Writer) error {
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	standIns := true
	if err := hermeticTools(); errors.Is(err, host.ErrTools) {
		p.say("the stand-ins' charts are left out: %v", err)
		standIns = false
	}
	run, err := p.newRun(Hermetic)
	if err != nil {
		return err
	}
	plan := append(run.builder.ToolsPlan(standIns), steps.Step{Name: build.ToolsStep, Run: func(ctx context.Context, log io.Writer) error {
		if !standIns {
			return nil
		}
		return installTools(ctx, log)
	}})
	if err := p.execute(ctx, plan); err != nil {
		return err
	}
	helm, err := run.builder.Program(build.Helm)
	if err != nil {
		return err
	}
	helmfile, err := run.builder.Program(build.Helmfile)
	if err != nil {
		return err
	}
	charts, err := run.builder.Charts()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(shell, "export %s=%q ASSAY_HELMFILE=%q ASSAY_CHARTS=%q\n", HelmEnv, helm, helmfile, charts)
	return err
}
