package platform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/platform/timeline"
	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// Names of up's own steps.
const (
	engineStep   = "docker engine"
	registryStep = "registry"
	clusterStep  = "cluster"
	networkStep  = "pod network"
	loadStep     = "images into nodes"
	deployStep   = "deploy"
	kafkaStep    = "Kafka"
	appStep      = "application"
	readyStep    = "readiness"
	// reuseTimeout bounds the look at a platform that may be up already.
	reuseTimeout = 5 * time.Second
)

// Up makes the platform run, from whatever state it is in. A platform that is
// healthy and was made from the same inputs is reused.
func (p *Platform) Up(ctx context.Context) error { return p.UpBeside(ctx) }

// UpBeside is Up with steps of the caller, which run when everything is built: while the
// platform is deployed, processors wait, and before that compilers share them.
func (p *Platform) UpBeside(ctx context.Context, beside ...steps.Step) error {
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	started := time.Now()
	if images, ok := p.reuse(ctx); ok {
		p.printf("images: %s (as the running platform has them)", images)
		p.printf("reused: the platform is up (checked in %s)", time.Since(started).Round(10*time.Millisecond))
		if len(beside) == 0 {
			return nil
		}
		return p.execute(ctx, beside)
	}
	if err := p.refuseHeld(ctx); err != nil { // a fault may be why it is not whole
		return err
	}
	images, why, err := p.ChooseImages(ctx)
	if err != nil {
		return err
	}
	p.printf("images: %s (%s)", images, why)
	p.reportIgnored()
	if err := p.checkMachine(ctx, images); err != nil {
		return err
	}
	if err := checkDisk(p.cache, p.diskToFree(images)); err != nil {
		return err
	}
	run, err := p.newRun(ctx, images)
	if err != nil {
		return err
	}
	if err := p.executeRecorded(ctx, withBeside(run.plan(), beside), p.timelineFile()); err != nil {
		return err
	}
	if images == Hermetic {
		if err := run.store.Prune(); err != nil {
			p.printf("the build cache was not pruned: %v", err)
		}
	}
	p.printf("ready after %s; %s; KUBECONFIG=%s", time.Since(started).Round(time.Second), run.made(), p.Kubeconfig())
	return nil
}

// checkMachine refuses, before anything is pulled, built or installed, to work on what
// somebody else made.
func (p *Platform) checkMachine(ctx context.Context, images Images) error {
	if images != Hermetic {
		if err := p.engineAnswers(ctx); err != nil {
			return err
		}
	}
	if p.engine.Use(ctx) {
		if err := p.checkDocker(ctx, io.Discard); err != nil {
			return err
		}
	} else if err := p.engine.Foreign(); err != nil { // up would start one
		return err
	}
	if images != Hermetic {
		return nil
	}
	return p.announceTools(ctx)
}

// withBeside adds steps to up's plan that need what its deployment needs, and the images
// in the nodes: nothing is compiled after that.
func withBeside(plan, beside []steps.Step) []steps.Step {
	at := slices.IndexFunc(plan, func(step steps.Step) bool { return step.Name == deployStep })
	for _, step := range beside {
		step.Needs = append(append([]string{loadStep}, plan[at].Needs...), step.Needs...)
		plan = append(plan, step)
	}
	return plan
}

// reuse reports whether the platform is up, whole, ours, and made from the
// inputs of this checkout.
func (p *Platform) reuse(ctx context.Context) (Images, bool) {
	ctx, cancel := context.WithTimeout(ctx, reuseTimeout)
	defer cancel()
	state, err := p.loadState()
	if err != nil || state == nil || state.Phase != PhaseReady || state.Nodes != p.nodes {
		return "", false
	}
	inputs, err := p.inputs(state.Images)
	if err != nil || inputs != state.Inputs || !p.engine.Use(ctx) {
		return "", false
	}
	return state.Images, p.checkDocker(ctx, io.Discard) == nil && p.exportKubeconfig() == nil && p.healthy(ctx, state.ClusterUID) == nil
}

// exportKubeconfig writes the cluster's kubeconfig to this checkout.
func (p *Platform) exportKubeconfig() error {
	kind, err := p.provider(io.Discard)
	if err != nil {
		return err
	}
	return kind.ExportKubeConfig(p.name, p.Kubeconfig(), false)
}

// healthy returns an error unless the cluster is ours and everything in it is ready.
func (p *Platform) healthy(ctx context.Context, uid string) error {
	client, err := p.client()
	if err != nil {
		return err
	}
	if err := identify(ctx, client, uid); err != nil {
		return err
	}
	found, err := unhealthy(ctx, client)
	if err != nil {
		return err
	}
	resources, err := p.dynamic()
	if err != nil {
		return err
	}
	unready, err := unreadyKafka(ctx, resources, p.Spec.Platform)
	if err != nil {
		return err
	}
	unavailable, err := unavailableAPIs(ctx, resources)
	if err != nil {
		return err
	}
	if found = append(append(found, unready...), unavailable...); len(found) > 0 {
		return errors.New(strings.Join(found, "; "))
	}
	return nil
}

// execute runs the plan under a progress board and keeps how long steps took.
func (p *Platform) execute(ctx context.Context, plan []steps.Step) error {
	return p.executeRecorded(ctx, plan, "")
}

// executeRecorded also records when each step ran and what it used, in a file if one is
// named.
func (p *Platform) executeRecorded(ctx context.Context, plan []steps.Step, file string) error {
	durations := loadDurations(p.cache)
	display := steps.NewDisplay(p.out, p.terminal, plan, durations.all)
	recorder := timeline.NewRecorder(plan, display)
	err := steps.Run(ctx, recorder.Plan(), p.logs(), recorder)
	durations.save(display.Close())
	if file != "" {
		err = errors.Join(err, recorder.Timeline().Save(file))
	}
	return err
}

// upRun is one run of up: what its steps share.
type upRun struct {
	*Platform
	images Images
	// environment is helmfile's.
	environment string
	catalogue   *catalogue.Catalogue
	builder     *build.Builder
	store       *store.Store
	// pulled brings published images and charts; nil where all are built.
	pulled *pulledImages
	state  State
	// uid is the UID of a cluster that something else made; empty for the own one.
	uid string
}

// clusterUID is the UID of the cluster that the run works on.
func (r *upRun) clusterUID() string { return cmp.Or(r.uid, r.state.ClusterUID) }

func (p *Platform) newRun(ctx context.Context, images Images) (*upRun, error) {
	load := catalogue.Load
	if p.nodes == OKENodes {
		load = catalogue.LoadOKE
	}
	list, err := load(p.repo)
	if err != nil {
		return nil, err
	}
	if list, err = list.WithDeployments(p.Spec.Deployments); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Spec.Name, err)
	}
	if unbuilt := catalogue.Unbuilt(p.Spec.Deployments); images == Hermetic && len(unbuilt) > 0 {
		return nil, fmt.Errorf("%s: deployments name no package for %s, and hermetic mode pulls no images: see build in docs/spec.md",
			p.Spec.Name, strings.Join(unbuilt, ", "))
	}
	s, err := store.Open(filepath.Join(p.cache, "hermetic"))
	if err != nil {
		return nil, err
	}
	inputs, err := p.inputs(images)
	if err != nil {
		return nil, err
	}
	run := &upRun{
		Platform: p, images: images, environment: environmentOf(images),
		catalogue: list, store: s, builder: build.New(p.repo, list, s),
	}
	if images != Hermetic {
		if run.pulled, err = p.newPulled(ctx, images); err != nil {
			return nil, err
		}
		run.builder = run.builder.For(run.pulled.Arch())
	}
	old, err := p.loadState()
	if err != nil {
		return nil, err
	}
	run.state = State{Phase: PhaseCreating, Images: images, Nodes: p.nodes, Inputs: inputs}
	if old != nil && old.Phase != PhaseCreating && old.Images == images && old.Nodes == p.nodes {
		run.state.ClusterUID, run.state.Cluster, run.state.Served, run.state.IngressPorts = old.ClusterUID, old.Cluster, old.Served, old.IngressPorts
	}
	return run, nil
}

// plan returns all steps of up, in one graph with the build's.
func (r *upRun) plan() []steps.Step {
	var plan, boot []steps.Step
	all := []string{networkStep}
	if r.images == Hermetic {
		plan = r.builder.Plan()
		pulled := r.builder.ImageSteps(build.PulledImage)
		all = append(all, pulled...)
		cluster := []string{build.NodeStep, registryStep}
		if r.state.ClusterUID != "" { // whether it is kept depends on all of them
			cluster = append(cluster, pulled...)
		}
		boot = []steps.Step{
			{Name: build.ToolsStep, Run: installTools},
			{Name: engineStep, Needs: []string{build.ToolsStep, build.ProgramStep(build.RuncWithin)}, Run: r.startEngine},
			{Name: registryStep, Needs: append(r.builder.ImageSteps(build.BootImage), engineStep), Run: r.runRegistry},
			{Name: clusterStep, Needs: cluster, Run: r.makeCluster},
		}
	} else {
		var deployable []string
		plan, deployable = r.pulledPlan()
		all = append(all, deployable...)
	}
	network := []string{clusterStep, build.ChartsStep, build.ProgramStep(build.Helm), build.ProgramStep(build.Helmfile)}
	if r.images == Hermetic {
		network = append(network, r.builder.ImageSteps(build.NetworkImage)...)
	} else {
		network = append(network, r.pulledSteps(build.NetworkImage)...)
	}
	plan = append(plan, boot...)
	if r.nodes == OKENodes {
		return append(plan, r.okeSteps(network, all[1:])...)
	}
	return append(plan,
		steps.Step{Name: networkStep, Needs: network, Run: func(ctx context.Context, log io.Writer) error {
			return r.release(ctx, log, networkStage)
		}},
		steps.Step{Name: loadStep, Needs: append(r.builder.ImageSteps(build.LoadedImage), clusterStep), Run: r.loadImages},
		steps.Step{Name: deployStep, Needs: all, Run: r.deploy},
		steps.Step{Name: kafkaStep, Needs: []string{deployStep}, Run: r.awaitKafka},
		steps.Step{Name: appStep, Needs: []string{kafkaStep, loadStep}, Run: func(ctx context.Context, log io.Writer) error {
			return r.release(ctx, log, applicationStage)
		}},
		steps.Step{Name: readyStep, Needs: []string{appStep}, Run: r.awaitReady},
	)
}
