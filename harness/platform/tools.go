package platform

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
)

// Tools makes helm, helmfile and the charts, and writes to shell what a shell
// evaluates so that tests which render the manifests find them.
func (p *Platform) Tools(ctx context.Context, shell io.Writer) error {
	unlock, err := p.awaitLock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	run, err := p.newRun(ctx, Hermetic)
	if err != nil {
		return err
	}
	charts := build.ChartSet{StandIns: true, Definitions: true}
	if missing := missingPrograms("java", "mvn"); len(missing) > 0 {
		p.printf("left out: the definitions of the stand-in's resources, which Java makes from Strimzi's classes (not here: %s)", strings.Join(missing, ", "))
		charts.Definitions = false
	}
	if charts.Published, err = p.reachableCharts(ctx, run.catalogue); err != nil {
		p.printf("left out: published charts (%v)", err)
	}
	// Nothing is installed: tests need no root.
	plan := append(run.builder.ToolsPlan(charts), steps.Step{Name: build.ToolsStep, Run: func(context.Context, io.Writer) error { return nil }})
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
	dir, err := run.builder.Charts()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(shell, "export %s=%q ASSAY_HELMFILE=%q ASSAY_CHARTS=%q\n", HelmEnv, helm, helmfile, dir)
	return err
}

// missingPrograms returns which of some programs are not on PATH.
func missingPrograms(names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}

// reachableCharts returns what brings the published charts, or an error if not all
// of them can be had from here.
func (p *Platform) reachableCharts(ctx context.Context, list *catalogue.Catalogue) (build.ChartSource, error) {
	pulled, err := p.newPulled(ctx, Mirror) // a mirror is asked where one is named
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	for _, ref := range list.Published.Charts {
		if _, err := pulled.Chart(ctx, io.Discard, ref); err != nil {
			return nil, err
		}
	}
	return pulled, nil
}
