// Package sweep finds and deletes what runs left in an OCI compartment.
//
// It deletes what the inventory of a run names by its OCID, and what lies inside a
// VCN that is named there. Everything else is reported and left alone, also what
// carries the tags, the name or the place of a run: names and tags find candidates,
// recorded IDs decide.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
)

// Tags that infra/terraform sets.
const (
	TagRun     = "assay-run"
	TagExpires = "assay-expires"
)

// volumePrefix starts the name of every volume that OKE's storage driver makes.
const volumePrefix = "csi-"

// ErrLeftAlone is wrapped by what Run returns when something that looks like a run's
// and is overdue was left alone, because no inventory names it. Somebody has to look.
var ErrLeftAlone = errors.New("left alone, because no inventory names it")

// Options say what to look for.
type Options struct {
	// Compartment to look through.
	Compartment string
	// Inventories are of the runs that may be swept. Without one nothing is deleted.
	Inventories []*inventory.Inventory
	// Run takes only this run's resources, expired or not. Empty: every expired run's.
	Run string
	// Only narrows the deletion to these kinds; candidates are a later call's matter
	// then. Empty: all.
	Only []ociapi.Kind
	// Now decides what is expired. Zero: the present.
	Now time.Time
	// Poll is how often a deletion that takes time is looked at. Zero: 5 s.
	Poll time.Duration
	// Patience bounds the wait for one object's deletion. Zero: 20 minutes, twice what
	// a cluster or a node pool takes.
	Patience time.Duration

	// region is the client's: inventories of runs in another one are left alone.
	region string
}

func (o Options) complete(api *ociapi.Client) (Options, error) {
	o.region = api.Region()
	if o.Compartment == "" {
		return o, errors.New("no compartment given: name the one that the runs use")
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Poll == 0 {
		o.Poll = 5 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Minute
	}
	return o, nil
}

// Leftover is something to delete, or a candidate that is left alone.
type Leftover struct {
	Kind  ociapi.Kind
	ID    string
	Name  string
	State string
	// Run that it belongs to, or whose tag it carries.
	Run string
	// Why tells what makes it a leftover, for the log.
	Why string
	// Overdue marks a candidate whose tags have expired.
	Overdue bool

	log *inventory.Inventory
}

func (l Leftover) String() string {
	return fmt.Sprintf("%s %q (%s, %s): %s", l.Kind.Name, l.Name, l.ID, l.State, l.Why)
}

// Report is what a look through the compartment found.
type Report struct {
	// Delete is in the order in which deletion works: users before what they use.
	Delete []Leftover
	// Left are candidates that no inventory names. They are left alone.
	Left []Leftover
	// Swept are the inventories whose runs were looked for: the expired ones, or the
	// one that was asked for.
	Swept []*inventory.Inventory

	// gone are recorded objects that a list, which shows that the right to see them
	// exists, no longer has.
	gone []Leftover
}

// Find looks without changing anything.
func Find(ctx context.Context, api *ociapi.Client, opts Options) (Report, error) {
	opts, err := opts.complete(api)
	if err != nil {
		return Report{}, err
	}
	return find(ctx, api, opts)
}

func find(ctx context.Context, api *ociapi.Client, opts Options) (Report, error) {
	all, err := take(ctx, api, opts.Compartment)
	if err != nil {
		return Report{}, err
	}
	return all.decide(opts)
}

// Run finds and deletes. It goes on after a failure, so that one stubborn object does
// not keep the expensive ones alive, and returns all failures. A candidate that is
// overdue and left alone is a failure, too.
func Run(ctx context.Context, api *ociapi.Client, opts Options, log func(format string, args ...any)) (Report, error) {
	opts, err := opts.complete(api)
	if err != nil {
		return Report{}, err
	}
	report, err := find(ctx, api, opts)
	if err != nil {
		return report, err
	}
	var failures []error
	for _, gone := range report.gone {
		failures = append(failures, gone.log.Remove(inventory.Kind(gone.Kind), gone.ID, func() error { return nil }))
	}
	chosen := slices.DeleteFunc(slices.Clone(report.Delete), func(l Leftover) bool {
		return len(opts.Only) > 0 && !slices.Contains(opts.Only, l.Kind)
	})
	failures = append(failures, removeAll(ctx, api, opts, chosen, log))
	if len(opts.Only) > 0 {
		return report, errors.Join(failures...)
	}
	var overdue []string
	for _, left := range report.Left {
		log("keep %s", left)
		if left.Overdue {
			overdue = append(overdue, left.String())
		}
	}
	if len(overdue) > 0 {
		failures = append(failures, fmt.Errorf("%w: look at it, then delete it by hand or change its tags: %s", ErrLeftAlone, strings.Join(overdue, "; ")))
	}
	return report, errors.Join(failures...)
}
