package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/benchresults"
)

const (
	// mostSlower bounds Kafka's rate divided by the generator's.
	mostSlower = 1.1
	// turns is how often each tool runs for each size; the medians are compared.
	turns = 5
)

// How both producers collect records.
var batching = traffic.Batching{Linger: 5 * time.Millisecond, Bytes: 16 << 10, Partitions: 3}

// load is a size of record and how many of them are some seconds' work.
type load struct {
	Size    int
	Records int64
}

var loads = []load{{100, 200_000}, {1024, 60_000}}

// Traffic compares the Kafka generator, which records each event, with Kafka's own
// ProducerPerformance: the same broker, the same topic, the same acks, linger, batch and
// compression, one pod with one limit, by turns. It prints the ratio of the medians for
// each size of record to out, and keeps them below repo.
func Traffic(ctx context.Context, p *platform.Platform, repo string, out io.Writer) (err error) {
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	lock, err := hold.Platform(ctx, p, cluster, "bench traffic", out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release(ctx)) }()
	ctx = lock.Context()
	b := &generatorPod{cluster: cluster, spec: p.Spec, out: out}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*b.spec.Timeouts.ObjectDeleted.Duration)
		defer cancel()
		err = errors.Join(err, b.remove(ending))
	}()
	if err := b.install(ctx, repo); err != nil {
		return err
	}
	measured, err := b.measure(ctx)
	if err != nil {
		return err
	}
	return benchresults.Report(out, repo, "traffic", measured)
}

// measure runs both tools by turns, after one turn that does not count: the first
// one finds cold caches.
func (b *generatorPod) measure(ctx context.Context) ([]benchresults.Figure, error) {
	var measured []benchresults.Figure
	for _, l := range loads {
		var own, kafkas []float64
		for turn := range turns + 1 {
			ours, err := b.ours(ctx, l)
			if err != nil {
				return nil, err
			}
			theirs, err := b.theirs(ctx, l)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(b.out, "%d bytes, turn %d: %.0f and %.0f records/s\n", l.Size, turn, ours, theirs)
			if turn > 0 {
				own, kafkas = append(own, ours), append(kafkas, theirs)
			}
		}
		measured = append(measured, benchresults.Figure{
			Name:  fmt.Sprintf("records of %d bytes: ProducerPerformance (%.0f/s) ÷ generator with history (%.0f/s)", l.Size, median(kafkas), median(own)),
			Value: median(kafkas) / median(own), Bound: mostSlower,
		})
	}
	return measured, nil
}
