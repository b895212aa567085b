package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"assay.dev/assay/harness/steps"
	"assay.dev/assay/harness/target"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/spec"
)

const (
	// okeEnvironment is the helmfile environment of a cluster in OCI.
	okeEnvironment = "oke"
	// beforeApplication selects the releases that the application needs.
	beforeApplication = "stage!=application"
)

// Deploy installs or upgrades the platform on a cluster that something else than
// Up made: the one that ASSAY_KUBECONFIG and ASSAY_CLUSTER_UID name, once it has
// shown to be that one and to be marked. The releases and their order are those of
// Up. It is the cluster in OCI, unless it is Up's own, reached another way; what Up
// knows of that one stays as it is. Where images cannot be put into nodes, they are
// pushed first, to the registry that RegistryEnv names.
func (p *Platform) Deploy(ctx context.Context) error {
	path := os.Getenv(KubeconfigEnv)
	if path == "" {
		return errors.New(KubeconfigEnv + " is not set: it names the kubeconfig of the cluster to deploy to")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("find the kubeconfig: %w", err)
	}
	unlock, err := p.lock()
	if err != nil {
		return err
	}
	defer unlock()
	uid := os.Getenv(ClusterUIDEnv)
	if _, err := target.Load(ctx, absolute, uid, spec.Current().Timeouts.APIRequest.Duration); err != nil {
		return err
	}
	images, environment, registry := Public, okeEnvironment, ""
	state, err := p.loadState()
	if err != nil {
		return err
	}
	if state != nil && state.ClusterUID == uid {
		images, environment = state.Images, environmentOf(state.Images)
		if !p.engine.Use(ctx) {
			return errors.New("the docker engine of the platform does not answer: run `make up`")
		}
		if state.Nodes == OKENodes {
			environment = simEnvironment(images)
			if registry, err = ownRegistry(); err != nil {
				return err
			}
		}
	} else if registry, err = ownRegistry(); err != nil {
		return err
	}
	elsewhere := *p
	elsewhere.kubeconfig = absolute
	run, err := elsewhere.newRun(ctx, images)
	if err != nil {
		return err
	}
	run.environment = environment
	p.say("deploying in environment %s", environment)
	begin := time.Now()
	if registry != "" {
		if err := run.push(ctx, registry); err != nil {
			return err
		}
	}
	if err := elsewhere.execute(ctx, run.deployPlan(uid)); err != nil {
		return err
	}
	p.say("deployed after %s", time.Since(begin).Round(time.Second))
	return nil
}

// deployPlan returns the steps of up that do not depend on who made the cluster.
func (r *upRun) deployPlan(uid string) []steps.Step {
	tools := func(context.Context, io.Writer) error { return nil }
	if r.images == Hermetic {
		tools = installTools
	}
	charts := build.ChartSet{StandIns: true, Definitions: true}
	if r.images != Hermetic {
		charts = build.ChartSet{Published: r.pulled}
	}
	plan := append(r.builder.ToolsPlan(charts), steps.Step{Name: build.ToolsStep, Run: tools})
	plan = append(plan, r.builder.LoadedPlan(build.ChartsStep)...)
	release := func(selector string) func(context.Context, io.Writer) error {
		return func(ctx context.Context, log io.Writer) error { return r.release(ctx, log, selector) }
	}
	made := []string{build.ChartsStep, build.ProgramStep(build.Helm), build.ProgramStep(build.Helmfile)}
	own := r.builder.ImageSteps(build.LoadedImage)
	if r.environment == environmentOf(r.images) {
		plan = append(plan, steps.Step{Name: loadStep, Needs: own, Run: r.loadImages})
		own = []string{loadStep}
	}
	return append(plan,
		steps.Step{Name: deployStep, Needs: made, Run: release(beforeApplication)},
		steps.Step{Name: kafkaStep, Needs: []string{deployStep}, Run: r.awaitKafka},
		steps.Step{Name: appStep, Needs: append(own, kafkaStep), Run: release(applicationStage)},
		steps.Step{Name: readyStep, Needs: []string{appStep}, Run: func(ctx context.Context, log io.Writer) error {
			return r.awaitWhole(ctx, log, uid)
		}},
	)
}
