package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
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
	elsewhere, forget, err := p.elsewhere(ctx, absolute, uid)
	if err != nil {
		return err
	}
	defer forget()
	config, err := target.Read(elsewhere.Kubeconfig())
	if err != nil {
		return err
	}
	if err := heldOn(ctx, config); err != nil {
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
	p.reportIgnored()
	run, err := elsewhere.newRun(ctx, images)
	if err != nil {
		return err
	}
	run.environment, run.uid = environment, uid
	if images == Hermetic {
		if err := p.announceTools(ctx); err != nil {
			return err
		}
	}
	p.printf("deploying in environment %s", environment)
	started := time.Now()
	if registry != "" {
		if err := run.push(ctx, registry); err != nil {
			return err
		}
	}
	if err := elsewhere.execute(ctx, run.deployPlan(uid)); err != nil {
		return err
	}
	p.printf("deployed after %s", time.Since(started).Round(time.Second))
	return nil
}

// elsewhere returns the platform on the cluster with this UID, reached by a private
// copy of the kubeconfig at path. The cluster has shown that it is the one, and it is
// what the copy leads to, whatever becomes of the file at path. forget removes the
// copy.
func (p *Platform) elsewhere(ctx context.Context, path, uid string) (other *Platform, forget func(), err error) {
	dir, err := os.MkdirTemp(p.artifacts(), "deploy-") // of mode 0700
	if err != nil {
		return nil, nil, fmt.Errorf("copy the kubeconfig: %w", err)
	}
	forget = func() { _ = os.RemoveAll(dir) }
	copied := *p
	copied.kubeconfig = filepath.Join(dir, "kubeconfig")
	if err := target.Copy(ctx, path, uid, copied.kubeconfig, p.Spec.Timeouts.APIRequest.Duration); err != nil {
		forget()
		return nil, nil, err
	}
	return &copied, forget, nil
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
			return r.awaitHealthy(ctx, log, uid)
		}},
	)
}
