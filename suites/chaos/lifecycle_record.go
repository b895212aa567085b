package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

// lifecycleName is the name of the recorded experiment and of what it keeps.
const lifecycleName = "deployment-lifecycle"

// Deployments that the experiment makes.
const (
	newDeployment    = "assay-new"
	brokenDeployment = "assay-broken"
)

// missingImage is an image that no registry has.
const missingImage = "assay.dev/missing:none"

// window is a time on the history's clock.
type window struct {
	From history.Nanos `json:"from"`
	To   history.Nanos `json:"to"`
}

// moments are when the experiment did what. They are kept beside its history.
type moments struct {
	Update window `json:"update"`
	Undo   window `json:"undo"`
	// Upgrade and Rollback are what helm does to the release.
	Upgrade  window        `json:"upgrade"`
	Rollback window        `json:"rollback"`
	Broken   window        `json:"broken"`
	Empty    window        `json:"empty"`
	End      history.Nanos `json:"end"`
}

// lifecycle is one recorded experiment: deployments are made, updated, broken,
// undone and scaled under traffic. The checks judge what the watch reported.
type lifecycle struct {
	err      error
	lab      *laboratory
	live     *experiment.Live
	rollouts experiment.Rollouts
	saved    []*fault.Saved
	// revision is the release's before upgradeRelease, empty unless it was upgraded.
	revision string

	moments
	verdict *judge.Verdict
	history *history.History
	phases  []judge.Phase
}

func (l *lifecycle) now() history.Nanos { return l.live.At(time.Now()) }

func key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: p.Spec.AppNamespace(), Name: name}
}

// record runs the experiment and judges it.
func (l *lifecycle) record(ctx context.Context) error {
	if err := targets(); err != nil {
		return err
	}
	l.rollouts = experiment.Rollouts{Cluster: p.Cluster, Timeouts: timeouts}
	l.live = &experiment.Live{
		Cluster: p.Cluster, Spec: p.Spec, Run: p.Run, Name: lifecycleName, Profile: traffic.WithFault(p.Spec, p.Run.Seed),
	}
	if _, err := (experiment.Pods{Cluster: p.Cluster, Spec: p.Spec}).Ready(ctx); err != nil {
		return err
	}
	for _, name := range []string{changed(), scaled()} {
		original, err := l.lab.Save(ctx, "lifecycle-of-"+name, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: key(name).Namespace, Name: name}})
		if err != nil {
			return err
		}
		l.saved = append(l.saved, original)
	}
	moved := l.live.Start(ctx)
	for _, move := range []func(context.Context) error{l.rollOut, l.rollBack, l.upgradeRelease, l.rollBackRelease, l.scaleToNothing, l.breakThings} {
		if moved == nil {
			moved = move(ctx)
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*timeouts.Drain.Duration)
	defer cancel()
	if err := errors.Join(moved, l.live.End(ending)); err != nil {
		return err
	}
	l.End = l.now()
	if err := recordings.Save(l.dir(), nil, l.moments); err != nil {
		return err
	}
	return l.judge()
}

// dir is where the experiment is recorded.
func (l *lifecycle) dir() string { return p.Run.Path("history", lifecycleName) }

// judge reads what was recorded and judges it. The history holds no fault: what happened to
// deployments is what Kubernetes reported.
func (l *lifecycle) judge() (err error) {
	if _, err := recordings.Open(l.dir(), &l.moments); err != nil {
		return err
	}
	rules := judge.FromSpec(p.Spec).Without(spec.WebSocket).Requiring(judge.Lifecycle)
	if l.verdict, err = experiment.Judge(l.dir(), rules); err != nil {
		return err
	}
	if l.history, err = history.Open(l.dir()); err != nil {
		return err
	}
	l.phases = judge.Phases(l.history.Deployments, rules.FailedAfter, l.End)
	return nil
}

// rollOut updates a deployment in a way that works.
func (l *lifecycle) rollOut(ctx context.Context) error {
	return l.roll(ctx, &l.Update, func() error {
		return l.rollouts.Change(ctx, key(changed()), func(t *corev1.PodTemplateSpec) {
			t.Annotations["assay.dev/lifecycle"] = fmt.Sprint(p.Run.Seed)
		})
	})
}

// rollBack undoes the update.
func (l *lifecycle) rollBack(ctx context.Context) error {
	return l.roll(ctx, &l.Undo, func() error { return l.rollouts.Undo(ctx, key(changed())) })
}

// roll starts a rollout, waits until it is complete, and keeps when that was.
func (l *lifecycle) roll(ctx context.Context, w *window, start func() error) error {
	w.From = l.now()
	err := start()
	if err == nil {
		err = l.rollouts.Complete(ctx, key(changed()))
	}
	w.To = l.now()
	return err
}

// waiting is for how long messages wait for a worker that is scaled to nothing.
const waiting = 10 * time.Second

// scaleToNothing takes a worker away while events for it are published.
func (l *lifecycle) scaleToNothing(ctx context.Context) error {
	if err := l.rollouts.Scale(ctx, key(scaled()), 0); err != nil {
		return err
	}
	if err := l.rollouts.Complete(ctx, key(scaled())); err != nil {
		return err
	}
	l.Empty.From = l.now()
	wait := time.NewTimer(waiting)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
	}
	l.Empty.To = l.now()
	if err := l.rollouts.Scale(ctx, key(scaled()), int32(p.Spec.Deployment(scaled()).Replicas)); err != nil {
		return err
	}
	return l.rollouts.Complete(ctx, key(scaled()))
}

// breakThings does everything that ends in Failed, side by side: each takes as
// long as the progress deadline.
func (l *lifecycle) breakThings(ctx context.Context) error {
	breaking, all := errgroup.WithContext(ctx)
	breaking.Go(func() error { return l.start(all, newDeployment, fault.PauseImage, l.rollouts.Complete) })
	breaking.Go(func() error { return l.start(all, brokenDeployment, missingImage, l.rollouts.Failed) })
	breaking.Go(func() error { return l.breakUpdate(all) })
	breaking.Go(func() error { return l.breakPods(all) })
	return breaking.Wait()
}

// start makes a deployment and waits for its end.
func (l *lifecycle) start(ctx context.Context, name, image string, end func(context.Context, client.ObjectKey) error) error {
	pod := fault.Idle(key(name).Namespace, name, lifecycleName)
	pod.Spec.Containers[0].Image = image
	pod.Spec.Containers[0].Resources = small()
	pod.Labels["app"] = name
	deadline := int32(p.Spec.Rollout.ProgressDeadline.Seconds())
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: name, Labels: fault.Labels(lifecycleName)},
		Spec: appsv1.DeploymentSpec{
			ProgressDeadlineSeconds: &deadline,
			Selector:                &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}},
			Template:                corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels}, Spec: pod.Spec},
		},
	}
	if err := p.Cluster.Create(ctx, d); err != nil {
		return fmt.Errorf("make deployment %s: %w", name, err)
	}
	return end(ctx, key(name))
}

// small is half of what the quota leaves for a pod beside the six.
func small() corev1.ResourceRequirements {
	spare := p.Spec.Rollout.Spare
	cpu, memory := spare.CPURequest.DeepCopy(), spare.MemoryRequest.DeepCopy()
	cpu.SetMilli(cpu.MilliValue() / 2)
	memory.Set(memory.Value() / 2)
	list := corev1.ResourceList{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory}
	return corev1.ResourceRequirements{Requests: list, Limits: list}
}

// breakUpdate updates a deployment to an image that is not to be had, waits until
// that has failed, and undoes it.
func (l *lifecycle) breakUpdate(ctx context.Context) error {
	l.Broken.From = l.now()
	err := l.rollouts.Change(ctx, key(changed()), func(t *corev1.PodTemplateSpec) {
		for i := range t.Spec.Containers {
			t.Spec.Containers[i].Image = missingImage
		}
	})
	if err == nil {
		err = l.rollouts.Failed(ctx, key(changed()))
	}
	l.Broken.To = l.now()
	if err != nil {
		return err
	}
	if err := l.rollouts.Undo(ctx, key(changed())); err != nil {
		return err
	}
	return l.rollouts.Complete(ctx, key(changed()))
}

// breakPods breaks the pods of a deployment for longer than an update may take,
// and mends them.
func (l *lifecycle) breakPods(ctx context.Context) (err error) {
	deployment, name := podsBroken()
	breaking, err := fault.New(l.lab.Lab, name)
	if err != nil {
		return err
	}
	defer func() {
		restoring, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*timeouts.FaultResidue.Duration)
		defer cancel()
		err = errors.Join(err, breaking.Recover(restoring))
		if _, left := breaking.Residue(restoring); left != nil {
			err = errors.Join(err, left)
		}
		if err == nil {
			err = l.rollouts.Complete(ctx, key(deployment))
		}
	}()
	if err := breaking.Prepare(ctx); err != nil {
		return err
	}
	if err := breaking.Inject(ctx); err != nil {
		return err
	}
	if _, err := breaking.Proof(ctx); err != nil {
		return err
	}
	hold := time.NewTimer(p.Spec.Rollout.ProgressDeadline.Duration + timeouts.StableFor.Duration)
	defer hold.Stop()
	select {
	case <-ctx.Done():
	case <-hold.C:
	}
	return ctx.Err()
}

// cleanUp leaves the deployments as they were. It may be called at any time.
func (l *lifecycle) cleanUp(ctx context.Context) error {
	var problems []error
	for _, name := range []string{newDeployment, brokenDeployment} {
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: key(name).Namespace, Name: name}}
		problems = append(problems, p.Cluster.Remove(ctx, d, timeouts.ObjectDeleted.Duration))
	}
	for _, original := range l.saved {
		problems = append(problems, original.Restore(ctx))
	}
	if l.revision != "" {
		problems = append(problems, l.helm(ctx, "rollback", release, l.revision))
	}
	return errors.Join(problems...)
}
