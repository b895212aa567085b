package mutate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/mutate/rewriteproxy"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
)

// runChecks runs the checks, through an API proxy if the mutant has one.
func (e Engine) runChecks(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	return e.checkThrough(ctx, m, func(ctx context.Context, kubeconfig string) ([]session.Check, error) {
		return e.Check(ctx, ids, kubeconfig)
	})
}

// checkThrough runs checks, through an API proxy if a step rewrites its responses.
func (e Engine) checkThrough(ctx context.Context, m mutants.Mutant, check func(ctx context.Context, kubeconfig string) ([]session.Check, error)) ([]session.Check, error) {
	var views []rewriteproxy.View
	for _, step := range m.Apply {
		if step.Rewrite == nil {
			continue
		}
		v, err := e.view(ctx, *step.Rewrite)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if len(views) == 0 {
		return check(ctx, "")
	}
	through, err := rewriteproxy.Open(e.Cluster.Config, views)
	if err != nil {
		return nil, err
	}
	defer through.Close()
	dir, err := os.MkdirTemp("", "assay-proxy-")
	if err != nil {
		return nil, fmt.Errorf("rewrite responses of the API: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := through.Kubeconfig(kubeconfig); err != nil {
		return nil, err
	}
	return check(ctx, kubeconfig)
}

// view is what the proxy shows of the object that is named, or that has the labels.
func (e Engine) view(ctx context.Context, l mutants.Rewrite) (rewriteproxy.View, error) {
	v := rewriteproxy.View{Kind: l.Kind, Namespace: l.Namespace, Name: l.Name, Absent: l.Absent, Patch: l.JSON}
	if l.Override != nil {
		v.Override = &rewriteproxy.Override{Text: l.Override.Text, As: l.Override.As}
	}
	if l.Labels == "" {
		return v, nil
	}
	selector, err := labels.Parse(l.Labels)
	if err != nil {
		return v, fmt.Errorf("rewrite responses of the API: %w", err)
	}
	found := &unstructured.UnstructuredList{}
	found.SetGroupVersionKind(schema.FromAPIVersionAndKind(l.APIVersion, l.Kind+"List"))
	if err := e.Cluster.List(ctx, found, client.InNamespace(l.Namespace), client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return v, fmt.Errorf("rewrite responses of the API: %w", err)
	}
	for _, item := range found.Items {
		if v.Name == "" || item.GetName() < v.Name {
			v.Name = item.GetName()
		}
	}
	if v.Name == "" {
		return v, fmt.Errorf("rewrite responses of the API: no %s has the labels %s", l.Kind, l.Labels)
	}
	return v, nil
}
