package platform

import (
	"context"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// Built is what hermetic mode has made.
type Built struct {
	Catalogue *catalogue.Catalogue
	Builder   *build.Builder
	Store     *store.Store
}

// BuildImages makes every image and chart of hermetic mode and sees to it that a
// docker engine runs, without a cluster.
func (p *Platform) BuildImages(ctx context.Context) (*Built, error) {
	unlock, err := p.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	run, err := p.newRun(ctx, Hermetic)
	if err != nil {
		return nil, err
	}
	plan := append(run.builder.Plan(),
		steps.Step{Name: build.ToolsStep, Run: installTools},
		steps.Step{Name: engineStep, Needs: []string{build.ToolsStep, build.ProgramStep(build.RuncWithin)}, Run: run.startEngine},
	)
	if err := p.execute(ctx, plan); err != nil {
		return nil, err
	}
	return &Built{Catalogue: run.catalogue, Builder: run.builder, Store: run.store}, nil
}
