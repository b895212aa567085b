package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	base "assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
)

// idleRounds is how often what is left is tried again although the round before
// removed nothing. The waits between double: with a poll of 5 s they last 155 s.
const idleRounds = 5

// removeAll removes in rounds: what failed is tried again as long as something else
// went, which it may have waited for, and for a while when something is in its way.
func removeAll(ctx context.Context, api *ociapi.Client, opts Options, left []Leftover, log func(string, ...any)) error {
	wait, idle := opts.Poll, 0
	for {
		var failed []Leftover
		var failures []error
		for _, leftover := range left {
			log("delete %s", leftover)
			err := errWaits
			if leftover.Kind != ociapi.VCN || !slices.ContainsFunc(failed, func(l Leftover) bool { return l.log == leftover.log }) {
				err = removeRecorded(ctx, api, opts, leftover)
			}
			if err != nil {
				log("%s %q: %v", leftover.Kind.Name, leftover.Name, err)
				failed, failures = append(failed, leftover), append(failures, fmt.Errorf("%s %q: %w", leftover.Kind.Name, leftover.Name, err))
			}
		}
		if len(failed) == len(left) {
			idle++
		} else {
			idle, wait = 0, opts.Poll
		}
		if len(failed) == 0 || idle > idleRounds || idle > 0 && !slices.ContainsFunc(failures, passes) {
			return errors.Join(failures...)
		}
		left = failed
		select {
		case <-ctx.Done():
			return errors.Join(append(failures, ctx.Err())...)
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// errWaits is about a VCN. It goes after everything else of its run: a cluster that
// failed does not hold it, and without it nothing shows whose the cluster is.
var errWaits = errors.New("it waits for what is left of its run")

// errStays is about an object whose deletion the service accepted and did not do.
var errStays = errors.New("it is not gone")

// passes reports whether a failure may pass by itself: something in use, or no answer.
func passes(err error) bool {
	var refusal *ociapi.Error
	return ociapi.IsConflict(err) || !errors.As(err, &refusal) && !errors.Is(err, errStays) && !errors.Is(err, errWaits)
}

// removeRecorded removes through the run's inventory. What lies inside a recorded VCN
// is recorded before.
func removeRecorded(ctx context.Context, api *ociapi.Client, opts Options, leftover Leftover) error {
	kind := inventory.Kind(leftover.Kind)
	has, err := leftover.log.Has(kind, leftover.ID)
	if err == nil && !has {
		err = leftover.log.Record(base.Entry{Step: base.Made, Kind: kind, ID: leftover.ID, Name: leftover.Name})
	}
	if err != nil {
		return err
	}
	return leftover.log.Remove(kind, leftover.ID, func() error { return remove(ctx, api, opts, leftover) })
}

// remove deletes an object and waits for the proof that it is gone.
func remove(ctx context.Context, api *ociapi.Client, opts Options, leftover Leftover) error {
	late := time.After(opts.Patience)
	refused := api.Delete(ctx, leftover.Kind, leftover.ID)
	if refused != nil && !ociapi.IsNotFound(refused) {
		return refused
	}
	ticker := time.NewTicker(opts.Poll)
	defer ticker.Stop()
	for {
		state, err := stateOf(ctx, api, opts.Compartment, leftover)
		if err != nil {
			return err
		}
		if state == "" {
			return nil
		}
		// A 404 to the deletion of what exists and does not go: a right is missing.
		if refused != nil && !ending(state) {
			return fmt.Errorf("the service still shows it %s, so a right is missing: %w", state, refused)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still %s: %w", state, ctx.Err())
		case <-late:
			return fmt.Errorf("still %s: %w after %s", state, errStays, opts.Patience)
		case <-ticker.C:
		}
	}
}

// stateOf returns an object's state, empty once it is gone. A 404 is no proof of
// that, since the service answers it to who may not see the object, too; the list of
// the compartment is: it fails for who may not see it.
func stateOf(ctx context.Context, api *ociapi.Client, compartment string, leftover Leftover) (string, error) {
	object, err := api.Get(ctx, leftover.Kind, leftover.ID)
	switch {
	case err == nil && object.Gone():
		return "", nil
	case err == nil:
		return object.State(), nil
	case !ociapi.IsNotFound(err):
		return "", err
	}
	listed, listErr := api.List(ctx, leftover.Kind, compartment, nil)
	if listErr != nil {
		return "", fmt.Errorf("nothing shows whether it is gone: %w", errors.Join(err, listErr))
	}
	at := slices.IndexFunc(listed, func(object ociapi.Object) bool { return object.ID() == leftover.ID })
	if at < 0 || listed[at].Gone() {
		return "", nil
	}
	return listed[at].State(), nil
}

func ending(state string) bool { return slices.Contains([]string{"TERMINATING", "DELETING"}, state) }
