package platform

import (
	"context"
	"fmt"
	"maps"
	"time"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/hermetic/store"
)

// sample bounds the measurement of the bandwidth.
var sample = pull.Sample{Bytes: 4 << 20, Time: 5 * time.Second}

const (
	// pendingTimeout bounds the questions to the registries about what is to be pulled.
	pendingTimeout = 30 * time.Second
	// longPull is how long pulling may take before doctor names a way that is faster.
	longPull = 20 * time.Minute
	// nearer is that way.
	nearer = "`export " + pull.MirrorEnv + "=HOST[:PORT][/PREFIX]` names a registry that is nearer"
)

// pullFindings tell how long pulling will take, unless there is nothing to pull.
func (p *Platform) pullFindings(ctx context.Context, images Images) []Finding {
	list, err := catalogue.Load(p.repo)
	if err != nil {
		return []Finding{found(advise(err, "`git checkout -- hermetic/images.yaml` restores it"), "")}
	}
	if list, err = list.WithDeployments(p.Spec.Deployments); err != nil {
		return []Finding{found(fmt.Errorf("%s: %w", p.Spec.Name, err), "")}
	}
	return []Finding{p.pullFinding(ctx, images, append(list.Pulled(), list.Node.Ref))}
}

// pullFinding asks the registries for the sizes of the images that are not in the
// cache, and measures the bandwidth by a part of one of them.
func (p *Platform) pullFinding(ctx context.Context, images Images, refs []string) Finding {
	puller, err := p.newPuller(ctx, images, store.View(p.pulledDir()))
	if err != nil {
		return found(err, "")
	}
	ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
	defer cancel()
	pending, err := puller.Pending(ctx, refs)
	if err != nil {
		return found(advise(err, "%s; `%s=%s make up` builds the images, as root on Debian", nearer, ImagesEnv, Hermetic), "")
	}
	if pending.Images == 0 {
		return Finding{OK: true, Text: "all images are in the cache: nothing is to be pulled"}
	}
	rate, err := puller.Bandwidth(ctx, pending, sample)
	var ready time.Duration
	if err == nil {
		ready = p.untilReady(pulling(pending, rate))
	}
	return pullTime(pending, rate, err, ready)
}

// pulling is how long it takes at a rate in bytes a second.
func pulling(pending pull.Pending, rate float64) time.Duration {
	return time.Duration(float64(pending.Bytes) / rate * float64(time.Second))
}

// pullTime tells how long `make up` will take until the platform is ready, or why that
// is not known.
func pullTime(pending pull.Pending, rate float64, err error, ready time.Duration) Finding {
	f := Finding{OK: true, Text: fmt.Sprintf("%d images, %.1f GB, are still to be pulled", pending.Images, float64(pending.Bytes)/1e9)}
	if err != nil {
		f.Text += fmt.Sprintf("; how long that takes is not known (%v)", err)
		f.Fix = nearer
		return f
	}
	f.Text += fmt.Sprintf(" at about %.0f Mbit/s: the first `make up` takes about %s", rate*8/1e6, ready.Round(time.Minute))
	if pulling(pending, rate) > longPull {
		f.Fix = nearer
	}
	return f
}

// untilReady is how long up takes when pulling takes that long, by what its other steps
// took the last time, or take on the machine whose durations come with assay.
func (p *Platform) untilReady(pulling time.Duration) time.Duration {
	const pullStep = "pull images"
	known := steps.Reference()
	maps.Copy(known, loadDurations(p.cache).all)
	known[pullStep] = pulling
	programs := []string{build.ProgramStep(build.Helm), build.ProgramStep(build.Helmfile)}
	plan := []steps.Step{
		{Name: pullStep}, {Name: programs[0]}, {Name: programs[1]},
		{Name: clusterStep, Needs: []string{pullStep}},
		{Name: networkStep, Needs: append(programs, clusterStep)},
		{Name: deployStep, Needs: []string{networkStep}},
		{Name: kafkaStep, Needs: []string{deployStep}},
		{Name: appStep, Needs: []string{kafkaStep}},
		{Name: readyStep, Needs: []string{appStep}},
	}
	left, _, _ := steps.NewEstimator(plan, known, 1).Left(time.Now())
	return left
}
