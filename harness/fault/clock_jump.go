package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

const (
	// ahead is how far the clocks jump: what is stamped meanwhile would wait for so long.
	ahead = time.Hour
	// soon is when effects are due that are scheduled after the jump back: within the hour
	// that the schedule has seen already.
	soon = 35 * time.Second
	// scheduledAfter is how many of them are scheduled.
	scheduledAfter = 3
)

// clockJump has the clocks of the API and of a scheduler jump an hour ahead. Meanwhile
// the API is cut off from the broker, so that events wait that are stamped by the clock
// that is ahead. Recovery has the clocks jump back and replaces the API's pods: its
// successor has to publish what waits. Then effects are scheduled that are due within the
// hour that was passed over, and the pods that took them in are replaced: only the
// schedule in the store still knows of them.
type clockJump struct {
	base
	traffic Traffic
	apps    []target

	api, pods, brokers []corev1.Pod // pods are those of all apps

	objects []client.Object // of Chaos Mesh: the clocks', and the cut
	jumped  bool
	// replaced are the applications whose pods were, due are the scheduled effects by their keys.
	replaced map[string]bool
	due      map[string]time.Time
}

func clockJumpBack(lab *Lab, name string, api, scheduler target) Fault {
	return &clockJump{
		base: base{lab: lab, name: name, needs: []spec.Capability{clocks, partitioning}},
		apps: []target{api, scheduler}, due: map[string]time.Time{}, replaced: map[string]bool{},
	}
}

// Involve implements Involved.
func (c *clockJump) Involve(traffic Traffic) { c.traffic = traffic }

// Prepare implements Fault.
func (c *clockJump) Prepare(ctx context.Context) (err error) {
	if c.traffic == nil {
		return errNoTraffic
	}
	if c.pods, err = c.lab.pods(ctx, c.apps...); err != nil {
		return err
	}
	if c.api, err = c.lab.pods(ctx, c.apps[0]); err != nil {
		return err
	}
	if c.brokers, err = c.lab.pods(ctx, c.lab.broker()); err != nil {
		return err
	}
	if _, err := c.clocks(ctx, c.pods, func(off time.Duration) bool { return off < ahead/2 }); err != nil {
		return fmt.Errorf("before the fault: %w", err)
	}
	if err := c.lab.reachable(ctx, c.api, c.broker()); err != nil {
		return err
	}
	c.describe()
	var undos []Undo
	for _, object := range c.objects {
		removal, err := c.lab.removal(object)
		if err != nil {
			return err
		}
		undos = append(undos, removal)
	}
	for _, side := range [][]corev1.Pod{c.api, c.brokers} {
		for i := range side {
			undos = append(undos, inside(scrub, &side[i]))
		}
	}
	return c.plan(ctx, names(c.pods, c.brokers), undos...)
}

// describe makes the resources of Chaos Mesh.
func (c *clockJump) describe() {
	var containers []string
	for _, app := range c.apps {
		containers = append(containers, app.name)
	}
	others := exactly(c.brokers)
	c.objects = []client.Object{
		&chaosv1alpha1.TimeChaos{Spec: chaosv1alpha1.TimeChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(c.pods), ContainerNames: containers},
			TimeOffset:        ahead.String(), Duration: limit(),
		}},
		&chaosv1alpha1.NetworkChaos{Spec: chaosv1alpha1.NetworkChaosSpec{
			PodSelector: exactly(c.api), Action: chaosv1alpha1.PartitionAction,
			Direction: chaosv1alpha1.Both, Target: &others, Duration: limit(),
		}},
	}
	for i, part := range []string{"", "-cut"} {
		c.objects[i].SetNamespace(c.lab.chaosNamespace())
		c.objects[i].SetName("assay-" + c.name + part)
		c.objects[i].SetLabels(Labels(c.name))
	}
}

func (c *clockJump) broker() endpoint {
	return podEndpoint(&c.brokers[0], c.lab.Spec.Kafka.Listener.Port)
}

// Inject implements Fault. The clocks are ahead before anything waits for the broker.
func (c *clockJump) Inject(ctx context.Context) error {
	if err := c.lab.Cluster.Create(ctx, c.objects[0]); err != nil {
		return fmt.Errorf("ask Chaos Mesh for %s: %w", c.name, err)
	}
	c.jumped = true
	if _, err := c.lab.sees(ctx, inARow, c.seeAhead); err != nil {
		if seen := c.lab.complaint(ctx, c.objects[0]); seen != "" {
			err = fmt.Errorf("%w; Chaos Mesh reports: %s", err, seen)
		}
		return err
	}
	if err := c.lab.Cluster.Create(ctx, c.objects[1]); err != nil {
		return fmt.Errorf("cut %s off from the broker: %w", c.apps[0], err)
	}
	return nil
}

// Proof implements Fault.
func (c *clockJump) Proof(ctx context.Context) (Proof, error) {
	return c.lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
		clocks, err := c.seeAhead(ctx)
		if err != nil {
			return "", err
		}
		cut, err := c.lab.unreachable(ctx, c.api, c.broker())
		return clocks + "; " + cut, err
	})
}

func (c *clockJump) seeAhead(ctx context.Context) (string, error) {
	return c.clocks(ctx, c.pods, func(off time.Duration) bool { return off > ahead/2 })
}

// clocks returns how far the clocks of the applications are off, or an error if one is
// not as it has to be.
func (c *clockJump) clocks(ctx context.Context, pods []corev1.Pod, right func(time.Duration) bool) (string, error) {
	var seen []string
	for i := range pods {
		for _, app := range c.apps {
			if containerStatus(&pods[i], app.name) == nil {
				continue
			}
			off, err := c.lab.clockOff(ctx, &pods[i], app.name)
			if err != nil {
				return "", err
			}
			text := fmt.Sprintf("the Date of an answer of container %s in %s is off by %s", app.name, pods[i].Name, off.Round(time.Second))
			if !right(off) {
				return "", errors.New(text)
			}
			seen = append(seen, text)
		}
	}
	return strings.Join(seen, "; "), nil
}

// Recover implements Fault. The API's pod is replaced while what it has stamped still
// waits, and the broker can be reached only then.
func (c *clockJump) Recover(ctx context.Context) error {
	if !c.jumped {
		return c.base.Recover(ctx)
	}
	failures := []error{c.lab.undo(ctx, c.undos[0])} // the clocks jump back
	failures = append(failures, c.replace(ctx, c.apps[0]), c.base.Recover(ctx), c.schedule(ctx))
	if len(c.due) == scheduledAfter && !c.replaced[c.apps[1].name] {
		failures = append(failures, c.awaitTaken(ctx), c.replace(ctx, c.apps[1]))
	}
	return errors.Join(failures...)
}

// replace deletes the pods of an application, once. Their deployment makes new ones.
func (c *clockJump) replace(ctx context.Context, app target) error {
	if c.replaced[app.name] {
		return nil
	}
	pods, err := c.lab.pods(ctx, app)
	if err != nil {
		return err
	}
	for i := range pods {
		if err := c.lab.Cluster.Delete(ctx, &pods[i], client.GracePeriodSeconds(1)); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("replace the pods of %s: %w", app, err)
		}
	}
	c.replaced[app.name] = true
	return nil
}

// awaitTaken waits until all scheduled effects are in the store, or ctx ends.
func (c *clockJump) awaitTaken(ctx context.Context) error {
	for key := range c.due {
		var last error
		err := wait.PollUntilContextCancel(ctx, c.lab.Spec.Timeouts.PollInterval.Duration, true, func(ctx context.Context) (bool, error) {
			state, _, err := c.traffic.Scheduled(ctx, key)
			last = err
			return err == nil && state != "", nil
		})
		if err != nil {
			return fmt.Errorf("nothing processed the scheduled effect of %s: %w", key, errors.Join(last, err))
		}
	}
	return nil
}

// schedule schedules effects, until the API has taken them or ctx ends.
func (c *clockJump) schedule(ctx context.Context) error {
	var last error
	for len(c.due) < scheduledAfter {
		if wait.PollUntilContextCancel(ctx, c.lab.Spec.Timeouts.PollInterval.Duration, true, func(ctx context.Context) (bool, error) {
			at := time.Now().Add(soon)
			key, err := c.traffic.Schedule(ctx, at)
			if last = err; err == nil {
				c.due[key] = at
			}
			return err == nil, nil
		}) != nil {
			return fmt.Errorf("schedule an effect after the jump: %w", last)
		}
	}
	return nil
}

// Residue implements Fault: beside what is left of the jump, the clocks are right, and
// the scheduled effects have happened.
func (c *clockJump) Residue(ctx context.Context) ([]string, error) {
	left, err := c.base.Residue(ctx)
	if err != nil || len(left) > 0 || !c.jumped {
		return left, err
	}
	pods, err := c.lab.pods(ctx, c.apps...)
	if err != nil {
		return nil, err
	}
	if _, wrong := c.clocks(ctx, pods, func(off time.Duration) bool { return off.Abs() < ahead/2 }); wrong != nil {
		return []string{wrong.Error()}, nil //nolint:nilerr // a clock that is wrong is residue
	}
	if len(c.due) < scheduledAfter {
		left = append(left, fmt.Sprintf("%d of %d effects were scheduled after the jump", len(c.due), scheduledAfter))
	}
	for key, at := range c.due {
		state, delivered, err := c.traffic.Scheduled(ctx, key)
		if err != nil {
			return nil, err
		}
		if !delivered {
			left = append(left, fmt.Sprintf("the effect of %s was due at %s and is %s", key, at.Format(time.TimeOnly), state))
		}
	}
	return left, nil
}
