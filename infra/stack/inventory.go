package stack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/sweep"
)

// recordTimeout bounds the storing of one line. It goes on when the command is
// interrupted: the object exists by then.
const recordTimeout = 2 * time.Minute

var errNoStore = errors.New("the run's inventory would exist on this machine alone: a store is needed")

// inventory opens the run's inventory and stores it outside of the machine. It is
// called before anything is made.
func (s *Stack) inventory(ctx context.Context) (*inventory.Inventory, error) {
	if s.config.API == nil || s.config.Store == nil && !s.config.API.Emulated() {
		return nil, errNoStore
	}
	opened, err := inventory.Start(ctx, s.Path(inventoryFile), s.config.Store, s.run)
	if err != nil {
		return nil, fmt.Errorf("store the inventory of run %s: %w", s.run.Name, err)
	}
	return opened, nil
}

// recordState records what Terraform's state has and the inventory has not, also
// when ctx has ended.
func (s *Stack) recordState(ctx context.Context, log *inventory.Inventory) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	entries, err := s.stateEntries()
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := log.Found(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// recordInside records what lies in the run's VCN, such as a cluster whose creation
// failed: Terraform's state has it not, and once the VCN is gone nothing shows whose
// it is.
func (s *Stack) recordInside(ctx context.Context, log *inventory.Inventory) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	found, err := sweep.Find(ctx, s.config.API, s.sweepOptions(log))
	if err != nil {
		return fmt.Errorf("record what lies in the run's VCN: %w", err)
	}
	for _, leftover := range found.Delete {
		entry := inventory.Entry{Kind: inventory.Kind(leftover.Kind), ID: leftover.ID, Name: leftover.Name}
		if err := log.Found(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// recorded runs act while each object that terraform reports is recorded, and
// afterwards records what else there is.
func (s *Stack) recorded(ctx context.Context, log *inventory.Inventory, act func() error) error {
	s.recording.start(func(entry inventory.Entry) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
		defer cancel()
		return log.Found(ctx, entry)
	})
	err := act()
	return errors.Join(err, s.recording.stop(), s.recordState(ctx, log), s.recordInside(ctx, log))
}

// Record records an object that something else made for the run, such as the volume
// of an adoption in its cluster.
func (s *Stack) Record(ctx context.Context, entries ...inventory.Entry) (err error) {
	log, err := s.inventory(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	for _, entry := range entries {
		if err := log.Found(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) sweepOptions(log *inventory.Inventory) sweep.Options {
	return sweep.Options{
		Compartment: s.run.Compartment, Run: s.run.Name, Poll: s.config.Poll,
		Inventories: []*inventory.Inventory{log},
	}
}
