// Package sweep finds and deletes what runs left in an OCI compartment.
//
// A run tags its VCN and its Autonomous Database with assay-run and
// assay-expires. Everything else is found through the VCN, because clusters,
// load balancers and route tables either carry no tags or were not made by
// Terraform. Volumes belong to no network: those that a cluster's storage driver
// left are named, and deleted only on request.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/infra/ociapi"
)

// Tags that infra/terraform sets.
const (
	TagRun     = "assay-run"
	TagExpires = "assay-expires"
)

// volumePrefix starts the name of every volume that OKE's storage driver makes.
const volumePrefix = "csi-"

// Options say what to look for.
type Options struct {
	// Compartment to look through.
	Compartment string
	// Run takes only this run's resources, expired or not. Empty: every expired run's.
	Run string
	// Volumes deletes volumes that the storage driver left too. Only right for a
	// compartment in which no other cluster lives.
	Volumes bool
	// Only narrows the deletion to these kinds. Empty: all.
	Only []ociapi.Kind
	// Now decides what is expired. Zero: the present.
	Now time.Time
	// Poll is how often a deletion that takes time is looked at. Zero: 5 s.
	Poll time.Duration
}

// Leftover is something to delete.
type Leftover struct {
	Kind  ociapi.Kind
	ID    string
	Name  string
	State string
	// Why tells what makes it a leftover, for the log.
	Why string
}

func (l Leftover) String() string {
	return fmt.Sprintf("%s %q (%s): %s", l.Kind.Name, l.Name, l.State, l.Why)
}

// Report is what a look through the compartment found.
type Report struct {
	// Delete is in the order in which deletion works: users before what they use.
	Delete []Leftover
	// Keep are suspicious objects that the sweep does not dare to delete.
	Keep []Leftover
}

// Find looks without changing anything.
func Find(ctx context.Context, api *ociapi.Client, opts Options) (Report, error) {
	if opts.Compartment == "" {
		return Report{}, errors.New("no compartment given: name the one that the runs use")
	}
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	inventory, err := take(ctx, api, opts.Compartment)
	if err != nil {
		return Report{}, err
	}
	return inventory.judge(opts), nil
}

// Run finds and deletes. It goes on after a failure, so that one stubborn
// object does not keep the expensive ones alive, and returns all failures.
func Run(ctx context.Context, api *ociapi.Client, opts Options, log func(format string, args ...any)) (Report, error) {
	if opts.Poll == 0 {
		opts.Poll = 5 * time.Second
	}
	report, err := Find(ctx, api, opts)
	if err != nil {
		return report, err
	}
	var failures []error
	for _, leftover := range report.Delete {
		if len(opts.Only) > 0 && !slices.Contains(opts.Only, leftover.Kind) {
			continue
		}
		log("delete %s", leftover)
		if err := remove(ctx, api, leftover, opts.Poll); err != nil {
			failures = append(failures, fmt.Errorf("%s %q: %w", leftover.Kind.Name, leftover.Name, err))
		}
	}
	for _, kept := range report.Keep {
		log("keep %s", kept)
	}
	return report, errors.Join(failures...)
}

// remove deletes and waits until the service no longer shows the object.
func remove(ctx context.Context, api *ociapi.Client, leftover Leftover, poll time.Duration) error {
	if err := api.Delete(ctx, leftover.Kind, leftover.ID); err != nil && !ociapi.IsNotFound(err) {
		return err
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		object, err := api.Get(ctx, leftover.Kind, leftover.ID)
		if ociapi.IsNotFound(err) || err == nil && object.Gone() {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still %s: %w", object.State(), ctx.Err())
		case <-ticker.C:
		}
	}
}

// expiry reads when a tagged object's time is up.
func expiry(object ociapi.Object) (time.Time, error) {
	return time.Parse(time.RFC3339, object.Tag(TagExpires))
}

func isDriverVolume(name string) bool { return strings.HasPrefix(name, volumePrefix) }
