package stack

import (
	"context"
	"errors"
	"fmt"
	"os"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
)

// Down deletes everything of the run and removes the folder. Load balancers go first,
// because they hold the subnets. Then Terraform destroys what it knows. What it does
// not know — a cluster whose creation failed, a load balancer that Kubernetes made —
// the sweep finds by the inventory and in the run's VCN. Down succeeds only when the
// API shows nothing of the run; then the stored inventory goes, too.
func (s *Stack) Down(ctx context.Context) (err error) {
	log, err := s.inventory(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	for _, record := range []func(context.Context, *inventory.Inventory) error{s.recordState, s.recordInside} {
		if err := record(ctx, log); err != nil {
			return err
		}
	}
	balancers := s.sweepOptions(log)
	balancers.Only = []ociapi.Kind{ociapi.LoadBalancer}
	if _, err := sweep.Run(ctx, s.config.API, balancers, s.logf); err != nil {
		return fmt.Errorf("delete the load balancers of run %s: %w", s.run.Name, err)
	}
	destroyed := s.destroy(ctx)
	if ctx.Err() != nil {
		return destroyed
	}
	if destroyed != nil {
		s.logf("terraform could not destroy everything, the sweep goes on: %v", destroyed)
	}
	if err := s.sweepRest(ctx, log); err != nil {
		return errors.Join(destroyed, err)
	}
	return nil
}

// sweepRest deletes what Terraform left, and the run's folder after it.
func (s *Stack) sweepRest(ctx context.Context, log *inventory.Inventory) error {
	if _, err := sweep.Run(ctx, s.config.API, s.sweepOptions(log), s.logf); err != nil {
		return fmt.Errorf("sweep run %s: %w", s.run.Name, err)
	}
	left, err := sweep.Find(ctx, s.config.API, s.sweepOptions(log))
	if err != nil {
		return err
	}
	if len(left.Delete) > 0 {
		return fmt.Errorf("run %s left %v: delete it by hand and call down again", s.run.Name, left.Delete)
	}
	if err := log.Forget(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(s.config.Dir); err != nil {
		return fmt.Errorf("remove the stack's folder: %w", err)
	}
	return nil
}

// destroy lets Terraform destroy, if it ever applied anything.
func (s *Stack) destroy(ctx context.Context) error {
	if !s.work.HasState() {
		return nil
	}
	if err := s.init(ctx); err != nil {
		return err
	}
	return s.work.Destroy(ctx)
}
