// Bench compares the Kafka generator, which records each event, with Kafka's own
// ProducerPerformance: the same broker, the same topic, the same acks, linger,
// batch and compression, one pod with one limit, by turns. It prints the medians
// and their ratio for each size of record, writes JSON, and fails where the ratio
// is below the bound.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

const (
	// least is the ratio that the generator has to reach.
	least = 0.9
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

// row is what the tools reached for one size, in acknowledged records a second.
type row struct {
	Size   int       `json:"size"`
	Ours   []float64 `json:"ours"`
	Theirs []float64 `json:"theirs"`
	Ratio  float64   `json:"ratio"`
}

func main() {
	repo := flag.String("repo", ".", "the checkout whose platform is up")
	out := flag.String("out", "artifacts/bench/eventing-kafka.json", "where the figures go")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, *repo, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, repo, out string) (err error) {
	repo, err = filepath.Abs(repo)
	if err != nil {
		return err
	}
	specified, err := source.Open("")
	if err != nil {
		return err
	}
	up, err := platform.New(repo, specified, os.Stderr, false)
	if err != nil {
		return err
	}
	cluster, err := up.Connect(ctx)
	if err != nil {
		return err
	}
	lock, err := hold.Platform(ctx, up, cluster, "bench-eventing", os.Stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release(ctx)) }()
	ctx = lock.Context()
	b := &bench{cluster: cluster, spec: todo.Must()}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*b.spec.Timeouts.ObjectDeleted.Duration)
		defer cancel()
		if removed := b.remove(ending); err == nil {
			err = removed
		}
	}()
	if err := b.install(ctx, repo); err != nil {
		return err
	}
	rows, err := b.measure(ctx)
	if err != nil {
		return err
	}
	return printRows(rows, out)
}

// measure runs both tools by turns, after one turn that does not count: the first
// one finds cold caches.
func (b *bench) measure(ctx context.Context) ([]row, error) {
	var rows []row
	for _, l := range loads {
		r := row{Size: l.Size}
		for turn := range turns + 1 {
			ours, err := b.ours(ctx, l)
			if err != nil {
				return nil, err
			}
			theirs, err := b.theirs(ctx, l)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "%d bytes, turn %d: %.0f and %.0f records/s\n", l.Size, turn, ours, theirs)
			if turn > 0 {
				r.Ours, r.Theirs = append(r.Ours, ours), append(r.Theirs, theirs)
			}
		}
		r.Ratio = median(r.Ours) / median(r.Theirs)
		rows = append(rows, r)
	}
	return rows, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// printRows prints and keeps the figures. A ratio below the bound is an error.
func printRows(rows []row, out string) error {
	content, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(out, append(content, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Println("bytes  with history/s ProducerPerformance/s  ratio")
	var slow error
	for _, r := range rows {
		fmt.Printf("%5d  %13.0f  %21.0f  %5.2f\n", r.Size, median(r.Ours), median(r.Theirs), r.Ratio)
		if r.Ratio < least {
			slow = fmt.Errorf("records of %d bytes: ratio %.2f, want at least %g", r.Size, r.Ratio, least)
		}
	}
	return slow
}
