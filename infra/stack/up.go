package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/infra/cost"
)

// planFile lies in the working copy; it holds secrets and goes after use.
const planFile = "up.tfplan"

// ErrCost is wrapped by what Up returns when the plan costs money and nobody allowed it.
var ErrCost = refusal.New("past the Always Free allowances")

// Up makes what is missing. Called again after a failure or an interrupt it
// goes on where it stopped. The run's inventory is stored before anything is made,
// and again with each object.
func (s *Stack) Up(ctx context.Context) (err error) {
	if err := s.init(ctx); err != nil {
		return err
	}
	estimate, err := s.plan(ctx)
	defer func() { _ = os.Remove(s.Path(planFile)) }()
	if err != nil {
		return err
	}
	if err := s.refuseCost(estimate); err != nil {
		return err
	}
	log, err := s.inventory(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	return s.recorded(ctx, log, func() error { return s.work.Apply(ctx, planFile) })
}

// Cost tells what the configuration takes of the allowances.
func (s *Stack) Cost(ctx context.Context) (cost.Estimate, error) {
	if err := s.init(ctx); err != nil {
		return cost.Estimate{}, err
	}
	defer func() { _ = os.Remove(s.Path(planFile)) }()
	return s.plan(ctx)
}

func (s *Stack) plan(ctx context.Context) (cost.Estimate, error) {
	if err := s.work.Plan(ctx, planFile); err != nil {
		return cost.Estimate{}, err
	}
	plan, err := s.work.ShowJSON(ctx, planFile)
	if err != nil {
		return cost.Estimate{}, err
	}
	return cost.Of(plan, s.config.Workload)
}

func (s *Stack) refuseCost(estimate cost.Estimate) error {
	var table strings.Builder
	if err := estimate.Write(&table); err != nil {
		return fmt.Errorf("print the cost: %w", err)
	}
	s.logf("%s", table.String())
	if estimate.Free() || s.config.AllowCost {
		return nil
	}
	return fmt.Errorf("%w: about %.2f US dollars a month; make it smaller or allow the cost\n%s", ErrCost, estimate.PerMonth(), table.String())
}

// Kubeconfig writes the cluster's kubeconfig to a file of mode 0600.
func (s *Stack) Kubeconfig(ctx context.Context, file string) error {
	content, err := s.work.Output(ctx, "kubeconfig")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make the kubeconfig's folder: %w", err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	return os.Chmod(file, 0o600)
}
