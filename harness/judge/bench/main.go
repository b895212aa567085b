// Bench measures what judging costs: the time and the memory that histories of ten
// thousand to ten million events take, and by which power of the number of events
// the time grows. It prints a table, writes JSON, and fails where a bound is broken.
//
// The histories are made as they are judged, a few thousand entries at a time, so
// that the memory measured is the judge's own. Making them is not timed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec/todo"
)

// The bounds: a million events within maxMillion and maxBytes for each, and time
// growing by at most maxExponent from the smallest to the largest number.
const (
	maxMillion  = 5 * time.Second
	maxBytes    = 400
	maxExponent = 1.1
	million     = 1_000_000
)

// Row is what judging one number of events took, in the run of median time. CPU is
// the time of the judging thread, by which numbers of events are compared: other
// programs on the machine do not count.
type Row struct {
	Events  int64   `json:"events"`
	Collect float64 `json:"collectSeconds"`
	Verdict float64 `json:"verdictSeconds"`
	Total   float64 `json:"totalSeconds"`
	CPU     float64 `json:"cpuSeconds"`
	PerUnit float64 `json:"cpuNanosecondsPerEvent"`
	// Bytes is the highest memory of the heap while judging, for each event.
	Bytes float64 `json:"peakBytesPerEvent"`
	Runs  int     `json:"runs"`
}

// Result is the JSON of the benchmark.
type Result struct {
	Rows     []Row   `json:"rows"`
	Exponent float64 `json:"exponent"`
	Bounds   struct {
		MillionSeconds float64 `json:"millionSeconds"`
		BytesPerEvent  float64 `json:"bytesPerEvent"`
		Exponent       float64 `json:"exponent"`
	} `json:"bounds"`
	Broken []string `json:"broken"`
}

func main() {
	out := flag.String("out", "artifacts/bench/judge.json", "where to write the result")
	largest := flag.Int64("max", 10*million, "the largest number of events")
	flag.Parse()
	if err := run(*out, *largest); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out string, largest int64) error {
	var r Result
	r.Bounds.MillionSeconds, r.Bounds.BytesPerEvent, r.Bounds.Exponent = maxMillion.Seconds(), maxBytes, maxExponent
	fmt.Printf("%12s %10s %10s %10s %10s %12s %12s\n", "events", "collect s", "verdict s", "total s", "cpu s", "cpu ns/event", "bytes/event")
	for n := int64(10_000); n <= largest; n *= 10 {
		row, err := measure(n)
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, row)
		fmt.Printf("%12d %10.3f %10.3f %10.3f %10.3f %12.0f %12.0f\n", row.Events, row.Collect, row.Verdict, row.Total, row.CPU, row.PerUnit, row.Bytes)
	}
	first, last := r.Rows[0], r.Rows[len(r.Rows)-1]
	if last.Events > first.Events {
		r.Exponent = math.Log(last.CPU/first.CPU) / math.Log(float64(last.Events)/float64(first.Events))
		fmt.Printf("time grows by the power of %.3f from %d to %d events (bound %.1f)\n", r.Exponent, first.Events, last.Events, maxExponent)
	}
	r.Broken = broken(r)
	if err := write(out, r); err != nil {
		return err
	}
	if len(r.Broken) > 0 {
		return fmt.Errorf("bounds broken: %v", r.Broken)
	}
	return nil
}

// broken names the bounds that a result breaks. The bound on memory is for a
// million events and more: fewer share the fixed costs of a judgement.
func broken(r Result) (all []string) {
	for _, row := range r.Rows {
		if row.Events == million && row.Total > maxMillion.Seconds() {
			all = append(all, fmt.Sprintf("%d events took %.2f s", row.Events, row.Total))
		}
		if row.Events >= million && row.Bytes > maxBytes {
			all = append(all, fmt.Sprintf("%d events took %.0f bytes each", row.Events, row.Bytes))
		}
	}
	if r.Exponent > maxExponent {
		all = append(all, fmt.Sprintf("the exponent is %.3f", r.Exponent))
	}
	return all
}

// measure judges histories of n events, several times where that is quick.
func measure(n int64) (Row, error) {
	runs := map[bool]int{true: 5, false: 1}[n <= million]
	rows := make([]Row, runs)
	for i := range rows {
		var err error
		if rows[i], err = once(n); err != nil {
			return Row{}, err
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return int(math.Copysign(1, a.CPU-b.CPU)) })
	row := rows[runs/2]
	row.Runs = runs
	return row, nil
}

// once judges one history. It has to pass: a judgement that stops early is no
// measure.
func once(n int64) (Row, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	debug.FreeOSMemory()
	before := heap()
	peak := watch()
	c := judge.NewCollector(judge.FromSpec(todo.Must()))
	var collect, verdict stopwatch
	feed(&collect, c, n)
	var v *judge.Verdict
	verdict.time(func() { v = c.Verdict(header(), nil) })
	top := peak()
	if v.Result != judge.Pass || v.Totals.InKafka != n {
		return Row{}, fmt.Errorf("a clean history of %d events was judged %s (%+v): %v", n, v.Result, v.Totals, v.Reasons)
	}
	cpu := (collect.cpu + verdict.cpu).Seconds()
	return Row{Events: n, Collect: collect.wall.Seconds(), Verdict: verdict.wall.Seconds(), Total: (collect.wall + verdict.wall).Seconds(),
		CPU: cpu, PerUnit: cpu / float64(n) * 1e9, Bytes: float64(top-before) / float64(n)}, nil
}

// heap is the memory of what is on the heap now, garbage included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watch follows the live heap, which each garbage collection tells, until the
// function that it returns is called; that returns its maximum. The last one is
// collected then, while everything is still in use.
func watch() func() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		top := uint64(0)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(sample)
			top = max(top, sample[0].Value.Uint64())
			select {
			case <-stop:
				done <- top
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		runtime.GC()
		close(stop)
		return <-done
	}
}

func write(path string, r Result) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
