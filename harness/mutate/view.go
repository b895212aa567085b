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

	"assay.dev/assay/harness/mutate/lens"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
)

// look runs the checks, through a lens if the mutant has one.
func (e Engine) look(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	var views []lens.View
	for _, step := range m.Apply {
		if step.Lens == nil {
			continue
		}
		v, err := e.view(ctx, *step.Lens)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if len(views) == 0 {
		return e.Check(ctx, ids, "")
	}
	through, err := lens.Open(e.Cluster.Config, views)
	if err != nil {
		return nil, err
	}
	defer through.Close()
	dir, err := os.MkdirTemp("", "assay-lens-")
	if err != nil {
		return nil, fmt.Errorf("look through a lens: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := through.Kubeconfig(kubeconfig); err != nil {
		return nil, err
	}
	return e.Check(ctx, ids, kubeconfig)
}

// view is what a lens shows of the object that is named, or that has the labels.
func (e Engine) view(ctx context.Context, l mutants.Lens) (lens.View, error) {
	v := lens.View{Kind: l.Kind, Namespace: l.Namespace, Name: l.Name, Absent: l.Absent, Patch: l.JSON}
	if l.Said != nil {
		v.Said = &lens.Said{Text: l.Said.Text, As: l.Said.As}
	}
	if l.Labels == "" {
		return v, nil
	}
	selector, err := labels.Parse(l.Labels)
	if err != nil {
		return v, fmt.Errorf("look through a lens: %w", err)
	}
	found := &unstructured.UnstructuredList{}
	found.SetGroupVersionKind(schema.FromAPIVersionAndKind(l.APIVersion, l.Kind+"List"))
	if err := e.Cluster.List(ctx, found, client.InNamespace(l.Namespace), client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return v, fmt.Errorf("look through a lens: %w", err)
	}
	for _, item := range found.Items {
		if v.Name == "" || item.GetName() < v.Name {
			v.Name = item.GetName()
		}
	}
	if v.Name == "" {
		return v, fmt.Errorf("look through a lens: no %s has the labels %s", l.Kind, l.Labels)
	}
	return v, nil
}
