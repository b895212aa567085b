package judge_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec/todo"
)

// BenchmarkJudge measures what judging clean histories of ten thousand to ten million
// events costs: nanoseconds and the highest memory of the heap, in bytes, for each event.
// Where both stay the same from one size to the next, the judge's time and memory grow
// with the number of events and no faster. Making the histories is not timed.
func BenchmarkJudge(b *testing.B) {
	for n := int64(10_000); n <= 10_000_000; n *= 10 {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.StopTimer()
			var bytes uint64
			for range b.N {
				runtime.GC()
				before := live()
				highest := watch()
				c := judge.NewCollector(judge.FromSpec(todo.Must()))
				feed(b, c, n)
				b.StartTimer()
				v := c.Verdict(header(), nil)
				b.StopTimer()
				bytes = max(bytes, highest()-before)
				runtime.KeepAlive(c)
				// A judgement that stops early is no measure.
				if v.Result != judge.Pass || v.Totals.InKafka != n {
					b.Fatalf("a clean history of %d events was judged %s (%+v): %v", n, v.Result, v.Totals, v.Reasons)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/event")
			b.ReportMetric(float64(bytes)/float64(n), "peak-B/event")
		})
	}
}

// live is the memory that the last garbage collection found in use, in bytes.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watch follows the live heap until the function that it returns is called; that returns
// its maximum. The last one is collected then, while everything is still in use.
func watch() func() uint64 {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for highest := live(); ; highest = max(highest, live()) {
			select {
			case <-stop:
				done <- max(highest, live())
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
