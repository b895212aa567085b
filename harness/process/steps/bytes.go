package steps

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// meteredLog is the log of a step that moves bytes.
type meteredLog struct {
	*os.File
	step     string
	observer Observer
}

// Transferred reports that done bytes of total have arrived.
func (l meteredLog) Transferred(done, total int64) { l.observer.Transferred(l.step, done, total) }

// transfers are the bytes that all steps of a plan move together.
type transfers struct {
	start time.Time
	steps map[string]*transfer
}

type transfer struct{ done, total int64 }

// report takes in what a step has moved. Reports of one step may overtake each other.
func (t *transfers) report(step string, done, total int64) {
	if t.steps == nil {
		t.steps, t.start = map[string]*transfer{}, time.Now()
	}
	of := t.steps[step]
	if of == nil {
		of = &transfer{}
		t.steps[step] = of
	}
	of.done, of.total = max(of.done, done), total
}

// sum returns the bytes of all steps.
func (t *transfers) sum() (done, total int64) {
	for _, of := range t.steps {
		done, total = done+of.done, total+of.total
	}
	return done, total
}

// String is the progress with the mean bandwidth, or nothing while nothing is moved
// and after everything has been.
func (t *transfers) String() string {
	done, total := t.sum()
	if done == total {
		return ""
	}
	rate := float64(done) / max(time.Since(t.start).Seconds(), 1)
	return fmt.Sprintf("pull images: %s, % .1f/s", of(done, total), decor.SizeB1000(rate))
}

// of is done of total in the unit of total: 1.2 of 3.4 GB.
func of(done, total int64) string {
	text := fmt.Sprintf("% .1f", decor.SizeB1000(total))
	number, unit, _ := strings.Cut(text, " ")
	size := map[string]float64{"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
	if size == 0 {
		return fmt.Sprintf("%d of %s", done, text)
	}
	return fmt.Sprintf("%.1f of %s %s", float64(done)/size, number, unit)
}

// Transferred implements Observer.
func (b *Display) Transferred(name string, done, total int64) {
	b.mu.Lock()
	b.transfers.report(name, done, total)
	b.mu.Unlock()
	if b.progress == nil {
		return
	}
	b.drawing.Lock()
	defer b.drawing.Unlock()
	b.drawBytes()
}

// drawBytes shows how much of what is pulled has arrived. The caller holds drawing.
func (b *Display) drawBytes() {
	b.mu.Lock()
	done, total := b.transfers.sum()
	b.mu.Unlock()
	if total == 0 {
		return
	}
	if b.pulled == nil {
		b.pulled = b.progress.AddBar(0, mpb.BarPriority(1<<20-1),
			mpb.PrependDecorators(decor.Any(func(s decor.Statistics) string { return "pull images: " + of(s.Current, s.Total) + " " })))
	}
	b.pulled.SetTotal(total, false)
	b.pulled.SetCurrent(done)
}
