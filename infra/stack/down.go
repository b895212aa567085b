package stack

import (
	"context"
	"errors"
	"fmt"
	"os"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
)

// Down deletes everything of the run and removes the folder. Load balancers go
// first, because they hold the subnets. Then Terraform destroys what it knows. What it does not know — a cluster whose creation
// failed, a load balancer that Kubernetes made, anything whose creation was cut
// off before the state was saved — the sweep finds by the run's tags. Down
// succeeds only when the API shows nothing of the run.
func (s *Stack) Down(ctx context.Context) error {
	balancers := s.sweepOptions()
	balancers.Only = []ociapi.Kind{ociapi.LoadBalancer}
	if _, err := sweep.Run(ctx, s.config.API, balancers, s.logf); err != nil {
		return fmt.Errorf("delete the load balancers of run %s: %w", s.identity.Run, err)
	}
	destroyed := s.destroy(ctx)
	if ctx.Err() != nil {
		return destroyed
	}
	if destroyed != nil {
		s.logf("terraform could not destroy everything, the sweep goes on: %v", destroyed)
	}
	if _, err := sweep.Run(ctx, s.config.API, s.sweepOptions(), s.logf); err != nil {
		return errors.Join(destroyed, fmt.Errorf("sweep run %s: %w", s.identity.Run, err))
	}
	left, err := s.Leftovers(ctx)
	if err != nil {
		return errors.Join(destroyed, err)
	}
	if len(left.Delete) > 0 {
		return errors.Join(destroyed, fmt.Errorf("run %s left %v: delete it by hand and call down again", s.identity.Run, left.Delete))
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
