package fault

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// outage takes a component away by scaling it to nothing.
type outage struct {
	base
	target target
	port   int
	user   target

	undo   Undo
	near   []corev1.Pod
	far    endpoint
	killed []corev1.Pod
}

// scaledToZero scales a target, which listens at a port, to nothing; user is one of those
// that connect to it.
func scaledToZero(lab *Lab, name string, t target, port int, user target) Fault {
	return &outage{base: base{lab: lab, name: name}, target: t, port: port, user: user}
}

// Prepare implements Fault.
func (o *outage) Prepare(ctx context.Context) error {
	database := o.target
	var err error
	if o.killed, err = o.lab.pods(ctx, database); err != nil {
		return err
	}
	if o.near, err = o.lab.pods(ctx, o.user); err != nil {
		return err
	}
	if o.far, err = o.lab.service(ctx, database.namespace, database.name, o.port); err != nil {
		return err
	}
	if err := o.lab.reachable(ctx, o.near, o.far); err != nil {
		return err
	}
	var set appsv1.StatefulSet
	if err := o.lab.Cluster.Get(ctx, client.ObjectKey{Namespace: database.namespace, Name: database.name}, &set); err != nil {
		return fmt.Errorf("look at what is scaled: %w", err)
	}
	if set.Spec.Replicas == nil || *set.Spec.Replicas == 0 {
		return fmt.Errorf("%s is scaled to nothing already", database)
	}
	o.undo = scaling(database, database.name, *set.Spec.Replicas)
	return o.plan(ctx, names(o.killed), o.undo)
}

// Inject implements Fault.
func (o *outage) Inject(ctx context.Context) error { return o.lab.scaleTo(ctx, o.undo, "0") }

// Proof implements Fault.
func (o *outage) Proof(ctx context.Context) (Proof, error) {
	return o.lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
		return o.lab.unreachable(ctx, o.near, o.far)
	})
}
