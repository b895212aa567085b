package platform

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/hermetic/store"
)

// pulledImages pulls what the cluster needs to this machine, once for all nodes
// and all later clusters, from the public registries or the user's mirror.
type pulledImages struct {
	*pull.Puller
	store *store.Store
}

// pulledDir is the store of what was pulled.
func (p *Platform) pulledDir() string { return filepath.Join(p.cache, "pulled") }

// newPulled returns what pulls into the store, for a mode of images. The lock keeps
// other processes out.
func (p *Platform) newPulled(ctx context.Context, images Images) (*pulledImages, error) {
	s, err := store.Open(p.pulledDir())
	if err != nil {
		return nil, err
	}
	if err := s.MakeLayout(); err != nil {
		return nil, err
	}
	puller, err := p.newPuller(ctx, images, s)
	if err != nil {
		return nil, err
	}
	return &pulledImages{Puller: puller, store: s}, nil
}

// newPuller returns the puller for a mode of images, for the engine's architecture. A
// mirror that is not named is none.
func (p *Platform) newPuller(ctx context.Context, images Images, s *store.Store) (*pull.Puller, error) {
	mirror, err := mirrorFromEnv()
	if err != nil {
		return nil, err
	}
	if images == Public {
		mirror = pull.Mirror{}
	}
	arch, err := p.engine.Arch(ctx)
	if err != nil {
		arch = runtime.GOARCH // no image is made for this machine then: charts alone are
	}
	return pull.New(s, mirror, arch), nil
}

// pullStep names the step that pulls an image.
func pullStep(ref string) string { return "pull " + ref }

// plan returns the steps that pull all images of refs, and their names.
func (p *pulledImages) plan(refs []string) (plan []steps.Step, names []string) {
	for _, ref := range refs {
		names = append(names, pullStep(ref))
		plan = append(plan, steps.Step{Name: pullStep(ref), Metered: true, Run: func(ctx context.Context, log io.Writer) error {
			_, err := p.Image(ctx, log, ref)
			return err
		}})
	}
	return plan, names
}

// pulledPlan returns the steps of up that bring images where none are built: the
// nodes' image, the registry beside them, and what that serves. The names are
// those of the steps after which pods can be deployed.
func (r *upRun) pulledPlan() (plan []steps.Step, deployable []string) {
	plan, deployable = r.pulled.plan(r.catalogue.Pulled())
	node, _ := r.pulled.plan([]string{r.catalogue.Node.Ref})
	plan = append(plan, node...)
	plan = append(plan, r.builder.ToolsPlan(build.ChartSet{Published: r.pulled})...)
	plan = append(plan, r.builder.LoadedPlan(build.ChartsStep)...)
	registry, served := r.builder.RegistryPlan(build.ToolsStep)
	plan = append(plan, registry...)
	return append(plan,
		steps.Step{Name: build.ToolsStep, Run: func(context.Context, io.Writer) error { return nil }},
		steps.Step{Name: registryStep, Needs: []string{served}, Run: r.runRegistry},
		steps.Step{Name: clusterStep, Needs: []string{pullStep(r.catalogue.Node.Ref), registryStep}, Run: r.makeCluster},
	), deployable
}

// nodeImage gives docker the image of the nodes and returns its reference.
func (r *upRun) nodeImage(ctx context.Context, log io.Writer) (string, error) {
	if r.images == Hermetic {
		return r.builder.LoadNode(ctx, log)
	}
	image, err := r.pulled.Image(ctx, log, r.catalogue.Node.Ref)
	if err != nil {
		return "", fmt.Errorf("image of the nodes: %w", err)
	}
	return r.builder.LoadImage(ctx, log, "node", image)
}

// layout is the directory of the images that the nodes' registry serves.
func (r *upRun) layout() string {
	if r.images == Hermetic {
		return r.store.LayoutDir()
	}
	return r.pulled.store.LayoutDir()
}

// pulledSteps returns the names of the steps that pull the images of a kind.
func (r *upRun) pulledSteps(of func(catalogue.Image) bool) []string {
	var names []string
	for _, image := range r.catalogue.Images {
		if of(image) {
			names = append(names, pullStep(image.Ref))
		}
	}
	return names
}

// made tells what this run had to make.
func (r *upRun) made() string {
	built := fmt.Sprintf("%d cache entries were built", r.builder.Built())
	if r.pulled == nil {
		return built
	}
	return fmt.Sprintf("%d images and charts were pulled, %s", r.pulled.Pulled(), built)
}
