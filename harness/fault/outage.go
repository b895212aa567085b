package fault

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// outage takes the database away by scaling it to nothing.
type outage struct {
	base
	undo   Undo
	near   []corev1.Pod
	far    endpoint
	killed []corev1.Pod
}

func databaseOutage(lab *Lab, name string) Fault {
	return &outage{base: base{lab: lab, name: name}}
}

// Prepare implements Fault.
func (o *outage) Prepare(ctx context.Context) error {
	database := o.lab.database()
	var err error
	if o.killed, err = o.lab.pods(ctx, database); err != nil {
		return err
	}
	if o.near, err = o.lab.pods(ctx, o.lab.stateful()[:1]...); err != nil {
		return err
	}
	if o.far, err = o.lab.service(ctx, database.namespace, database.name, databasePort); err != nil {
		return err
	}
	if err := o.lab.reachable(ctx, o.near, o.far); err != nil {
		return err
	}
	var set appsv1.StatefulSet
	if err := o.lab.Cluster.Get(ctx, client.ObjectKey{Namespace: database.namespace, Name: database.name}, &set); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if set.Spec.Replicas == nil || *set.Spec.Replicas == 0 {
		return fmt.Errorf("the database is scaled to nothing already")
	}
	o.undo = scaling(database, database.name, *set.Spec.Replicas)
	return o.plan(ctx, names(o.killed), o.undo)
}

// databasePort is PostgreSQL's.
const databasePort = 5432

// Inject implements Fault.
func (o *outage) Inject(ctx context.Context) error { return o.lab.scaleTo(ctx, o.undo, "0") }

// Proof implements Fault.
func (o *outage) Proof(ctx context.Context) (Proof, error) {
	return o.lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
		return o.lab.unreachable(ctx, o.near, o.far)
	})
}
