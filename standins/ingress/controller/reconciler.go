package controller

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"assay.dev/assay/standins/ingress/config"
)

// DataPlane is the NGINX that serves; [nginx.Server] is one.
type DataPlane interface {
	// Apply returns when the configuration, and no other, takes new
	// connections. It costs nothing when that is the case already.
	Apply(context.Context, config.Bundle) error
	// CheckCertificate returns an error that is config.ErrRefused for a
	// certificate that cannot be served, and any other when it could not tell.
	CheckCertificate(context.Context, config.Certificate) error
}

// Reconciler makes a cluster's Ingresses effective.
type Reconciler struct {
	Client    client.Client
	Recorder  record.EventRecorder
	DataPlane DataPlane
	Progress  *Progress
	// Options of the configuration; Now and CheckCertificate are filled in.
	Options config.Options
	// Debounce is how long changes are collected before a step, so that the
	// many small ones of a rollout cost few reloads.
	Debounce time.Duration
	// StatusAddresses, IPs or host names, go into the Ingresses' status. When
	// there are none, they are taken from the Service PublishService.
	StatusAddresses []string
	PublishService  types.NamespacedName

	certificates verdicts
	events       reported
}

// Reconcile puts everything that the cache holds into effect. The request says
// nothing: there is only one configuration.
func (r *Reconciler) Reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	step := r.Progress.Start()
	model, err := r.apply(ctx)
	r.Progress.Done(step, err)
	if err != nil {
		return reconcile.Result{}, err
	}
	r.events.send(r.Recorder, model)
	return reconcile.Result{}, r.updateStatus(ctx, model)
}

func (r *Reconciler) apply(ctx context.Context) (*config.Model, error) {
	in, err := r.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	opts := r.Options
	opts.Now = time.Now()
	opts.CheckCertificate = r.certificates.start(ctx, r.DataPlane)
	model := config.Build(in, opts)
	if err := r.certificates.end(); err != nil {
		return nil, fmt.Errorf("checking certificates: %w", err)
	}
	if err := r.DataPlane.Apply(ctx, model.Bundle(opts)); err != nil {
		return nil, fmt.Errorf("putting the configuration live: %w", err)
	}
	return model, nil
}
