package controller

import (
	"context"
	"sync"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

// plane is a data plane that notes what it is given.
type plane struct {
	mu      sync.Mutex
	applied []config.Bundle
	checked int
	// applyErr and checkErr are the next answers.
	applyErr, checkErr error
}

func (p *plane) Apply(_ context.Context, bundle config.Bundle) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.applyErr == nil {
		p.applied = append(p.applied, bundle)
	}
	return p.applyErr
}

func (p *plane) CheckCertificate(context.Context, config.Certificate) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checked++
	return p.checkErr
}

// rig is a reconciler on a fake cluster and a fake data plane.
type rig struct {
	*Reconciler
	t       *testing.T
	plane   *plane
	events  chan string
	patches int
	// patchErr is what the next writes of a status answer.
	patchErr error
}

func newRig(t *testing.T, objects ...client.Object) *rig {
	t.Helper()
	recorder := record.NewFakeRecorder(100)
	r := &rig{t: t, plane: &plane{}, events: recorder.Events}
	for _, object := range objects {
		if object.GetUID() == "" {
			object.SetUID(types.UID(object.GetNamespace() + "/" + object.GetName()))
		}
	}
	kube := fake.NewClientBuilder().WithObjects(objects...).WithStatusSubresource(&networkingv1.Ingress{}).
		WithInterceptorFuncs(interceptor.Funcs{
			SubResourcePatch: func(ctx context.Context, c client.Client, name string, object client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
				r.patches++
				if r.patchErr != nil {
					return r.patchErr
				}
				return c.SubResource(name).Patch(ctx, object, patch, opts...)
			},
		}).Build()
	r.Reconciler = &Reconciler{
		Client: kube, Recorder: recorder, DataPlane: r.plane, Progress: NewProgress(),
		Options: config.Options{
			ClassName: fixture.ClassName, ControllerName: fixture.ControllerName,
			HTTPListen: "8080", HTTPSListen: "8443",
		},
	}
	return r
}

func (r *rig) step() error {
	_, err := r.Reconcile(r.t.Context(), step)
	return err
}

// ready asks without waiting.
func (r *rig) ready() error {
	now, cancel := context.WithCancel(r.t.Context())
	cancel()
	return r.Progress.Ready(now)
}

func (r *rig) mustStep() {
	r.t.Helper()
	if err := r.step(); err != nil {
		r.t.Fatal(err)
	}
}

// published returns the events since it was last called.
func (r *rig) published() []string {
	var out []string
	for {
		select {
		case event := <-r.events:
			out = append(out, event)
		default:
			return out
		}
	}
}

func (r *rig) get(key string, object client.Object) {
	r.t.Helper()
	if err := r.Client.Get(r.t.Context(), types.NamespacedName{Namespace: fixture.Namespace, Name: key}, object); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) update(object client.Object) {
	r.t.Helper()
	if err := r.Client.Update(r.t.Context(), object); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) status(name string) []networkingv1.IngressLoadBalancerIngress {
	r.t.Helper()
	var ing networkingv1.Ingress
	r.get(name, &ing)
	return ing.Status.LoadBalancer.Ingress
}

// web is an Ingress with everything that it needs.
func web(t *testing.T) (*networkingv1.Ingress, []client.Object) {
	ing := fixture.WithTLS(fixture.Ingress("web", 0, "h / P a"), "s", "h")
	secret := fixture.TLSSecret(t, "s", fixture.Epoch.AddDate(100, 0, 0), "h")
	return ing, []client.Object{
		ing, secret, fixture.Class(), fixture.Service("a"), fixture.Endpoints("a", fixture.Pod("10.0.0.1", "rs")),
	}
}
