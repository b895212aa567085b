package platform

import (
	"context"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/host"
)

const (
	// readyTimeout bounds the time after helmfile until everything is ready.
	readyTimeout = 3 * time.Minute

	// Selectors of helmfile for the stages of the deployment.
	networkStage     = "stage=network"
	applicationStage = "stage=application"
	remainingStage   = "stage!=network,stage!=application"
)

func installTools(ctx context.Context, log io.Writer) error { return host.InstallTools(ctx, log) }

// announceTools names the packages that installTools is about to install.
func (p *Platform) announceTools(ctx context.Context) error {
	return host.AnnounceInstall(ctx, p.out, p.terminal, "hermetic mode", host.MissingPackages())
}

func (r *upRun) startEngine(ctx context.Context, log io.Writer) error {
	within, err := r.builder.Program(build.RuncWithin)
	if err != nil {
		return err
	}
	r.engine.RuncWithin = within
	return r.engine.Start(ctx, log)
}

func (r *upRun) runRegistry(ctx context.Context, log io.Writer) error {
	if err := r.startNetwork(ctx, log); err != nil {
		return err
	}
	image, err := r.builder.LoadRegistry(ctx, log)
	if err != nil {
		return err
	}
	if err := r.startRegistry(ctx, log, image, r.layout()); err != nil {
		return err
	}
	return r.describePrivate(ctx, log)
}

// makeCluster keeps a cluster that is ours, answers, and is made of the same
// parts; else it makes a new one.
func (r *upRun) makeCluster(ctx context.Context, log io.Writer) error {
	image, err := r.nodeImage(ctx, log)
	if err != nil {
		return err
	}
	if r.state.IngressPorts == (Ports{}) && r.nodes == KindNodes {
		if r.state.IngressPorts, err = r.choosePorts(ctx); err != nil {
			return err
		}
	}
	hosts, err := r.writeHosts(r.images)
	if err != nil {
		return err
	}
	engine, err := host.AskInfo(ctx)
	if err != nil {
		return err
	}
	config := clusterConfig(r.name, r.images, hosts, r.state.IngressPorts, engine, r.Spec.OCI)
	parts := fmt.Sprintf("%s %+v", image, *config)
	if r.state.Cluster == parts && r.sameImages(log) && r.answers(ctx, log) {
		r.state.Phase = PhaseDeploying
		return r.saveState(r.state)
	}
	r.state.Phase, r.state.Cluster, r.state.ClusterUID, r.state.Served = PhaseCreating, parts, "", ""
	if err := r.saveState(r.state); err != nil {
		return err
	}
	uid, err := r.createCluster(ctx, log, config, image, r.state.IngressPorts)
	if err != nil {
		return err
	}
	r.state.Phase, r.state.ClusterUID = PhaseDeploying, uid
	return r.saveState(r.state)
}

// sameImages reports whether the nodes can hold no image of other content than
// the one that is served now.
func (r *upRun) sameImages(log io.Writer) bool {
	if r.images != Hermetic || r.state.ClusterUID == "" {
		return true
	}
	served, err := r.builder.Served()
	if err != nil || served != r.state.Served {
		fmt.Fprintf(log, "the cluster cannot be reused: its nodes may have images that have changed since (%v)\n", err)
		return false
	}
	return true
}

// deploy installs everything between the pod network and the application. From
// here on nodes pull, so the state says first what.
func (r *upRun) deploy(ctx context.Context, log io.Writer) error {
	if r.images == Hermetic {
		served, err := r.builder.Served()
		if err != nil {
			return err
		}
		r.state.Served = served
		if err := r.saveState(r.state); err != nil {
			return err
		}
	}
	return r.release(ctx, log, remainingStage)
}

// answers reports whether the cluster of the last run is there and ours.
func (r *upRun) answers(ctx context.Context, log io.Writer) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := r.checkDocker(ctx, log); err != nil {
		fmt.Fprintln(log, "the cluster cannot be reused:", err)
		return false
	}
	if err := r.exportKubeconfig(); err != nil {
		fmt.Fprintln(log, "no cluster to reuse:", err)
		return false
	}
	client, err := r.client()
	if err == nil {
		err = identify(ctx, client, r.state.ClusterUID)
	}
	if err != nil {
		fmt.Fprintln(log, "the cluster cannot be reused:", err)
		return false
	}
	return true
}

func (r *upRun) release(ctx context.Context, log io.Writer, selector string) error {
	helm, err := r.builder.Program(build.Helm)
	if err != nil {
		return err
	}
	if err := r.rememberHelm(helm); err != nil {
		return err
	}
	helmfile, err := r.builder.Program(build.Helmfile)
	if err != nil {
		return err
	}
	charts, err := r.builder.Charts()
	if err != nil {
		return err
	}
	revision := ""
	if selector == applicationStage {
		if revision, err = r.imageRevision(); err != nil {
			return err
		}
	}
	platform, err := r.writePlatform()
	if err != nil {
		return err
	}
	return releaser{
		repo: r.repo, helm: helm, helmfile: helmfile, charts: charts, platform: platform, kubeconfig: r.Kubeconfig(),
		uid: r.clusterUID(), home: r.helmDir(), environment: r.environment, revision: revision, timeouts: r.Spec.Timeouts,
	}.sync(ctx, log, selector)
}

// awaitKafka waits for Kafka and its topics, which helm does not know: a sidecar
// that finds no broker ends itself.
func (r *upRun) awaitKafka(ctx context.Context, _ io.Writer) error {
	if _, err := target.Load(ctx, r.Kubeconfig(), r.clusterUID(), r.Spec.Timeouts.APIRequest.Duration); err != nil {
		return err
	}
	resources, err := r.dynamic()
	if err != nil {
		return err
	}
	return awaitKafka(ctx, resources, r.Spec.Platform)
}

// awaitReady checks everything until nothing is amiss, and notes that it was so.
func (r *upRun) awaitReady(ctx context.Context, log io.Writer) error {
	if err := r.awaitHealthy(ctx, log, r.state.ClusterUID); err != nil {
		return err
	}
	r.state.Phase = PhaseReady
	return r.saveState(r.state)
}

// awaitHealthy checks the cluster with this UID until nothing is amiss.
func (p *Platform) awaitHealthy(ctx context.Context, log io.Writer, uid string) error {
	var last error
	if wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, readyTimeout, true, func(ctx context.Context) (bool, error) {
		if last = p.healthy(ctx, uid); last != nil {
			fmt.Fprintln(log, last)
		}
		return last == nil, nil
	}) != nil {
		return fmt.Errorf("the platform is not healthy within %s: %w", readyTimeout, last)
	}
	return nil
}
