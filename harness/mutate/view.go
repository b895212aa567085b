package mutate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/harness/mutate/lens"
	"assay.dev/assay/harness/session"
	"assay.dev/assay/mutants"
)

// look runs the checks, through a lens if the mutant has one.
func (e Engine) look(ctx context.Context, m mutants.Mutant, ids []string) ([]session.Check, error) {
	var views []lens.View
	for _, step := range m.Apply {
		if l := step.Lens; l != nil {
			views = append(views, lens.View{Kind: l.Kind, Namespace: l.Namespace, Name: l.Name, Absent: l.Absent, Patch: l.JSON})
		}
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
