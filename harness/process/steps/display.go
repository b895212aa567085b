package steps

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// heartbeat is how often is said what runs where no terminal shows it.
const heartbeat = 30 * time.Second

// Display shows a plan's progress: bars on a terminal, plain lines elsewhere, and there
// what runs when nothing has ended for a while.
type Display struct {
	out   io.Writer
	total int
	start time.Time

	// mu guards what the display reads while it is drawn. No call to the display is
	// made under it: the display would wait for it, and the call for the display.
	mu        sync.Mutex
	done      int
	left      *Estimator
	running   map[string]time.Time
	took      map[string]time.Duration
	transfers transfers

	// drawing guards the display, which is there on a terminal alone.
	drawing  sync.Mutex
	progress *mpb.Progress
	sum      *mpb.Bar
	bars     map[string]*mpb.Bar
	pulled   *mpb.Bar // nil until bytes are moved

	stop    chan struct{}
	beating sync.WaitGroup
}

// NewDisplay returns a board for the plan. The estimates are how long the steps took the
// last time on this machine; for steps without one the durations that come with assay
// stand in. Close must be called when the plan has ended.
func NewDisplay(out io.Writer, terminal bool, plan []Step, estimates map[string]time.Duration) *Display {
	known := Known{}
	reference := Reference()
	for _, step := range plan {
		if took, ok := reference[step.Name]; ok {
			known[step.Name] = took
		}
		if took, ok := estimates[step.Name]; ok {
			known[step.Name] = took
		}
	}
	b := &Display{
		out: out, total: len(plan), left: NewEstimator(plan, known, 1), start: time.Now(),
		running: map[string]time.Time{}, took: map[string]time.Duration{}, bars: map[string]*mpb.Bar{},
		stop: make(chan struct{}),
	}
	if !terminal {
		fmt.Fprintf(out, "%d steps%s\n", b.total, b.remaining())
		b.beating.Go(b.beat)
		return b
	}
	b.progress = mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh(), mpb.WithWidth(40), mpb.WithRefreshRate(200*time.Millisecond))
	b.sum = b.progress.AddBar(int64(len(plan)),
		mpb.BarPriority(1<<20),
		mpb.PrependDecorators(decor.Name("all "), decor.CountersNoUnit("%d of %d ")),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.Any(func(decor.Statistics) string {
			return b.remaining()
		})))
	return b
}

// beat says what runs, until Close.
func (b *Display) beat() {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-ticker.C:
			fmt.Fprintln(b.out, b.pulse())
		}
	}
}

// pulse says what runs, and for how long it has.
func (b *Display) pulse() string {
	b.mu.Lock()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(b.running)) {
		parts = append(parts, fmt.Sprintf("%s, %s", name, time.Since(b.running[name]).Round(time.Second)))
	}
	if bytes := b.transfers.String(); bytes != "" {
		parts = append(parts, bytes)
	}
	done := b.done
	b.mu.Unlock()
	if len(parts) == 0 {
		return fmt.Sprintf("[%d/%d] nothing runs%s", done, b.total, b.remaining())
	}
	return "running: " + strings.Join(parts, "; ") + b.remaining()
}

// Started implements Observer.
func (b *Display) Started(name string) {
	b.mu.Lock()
	b.running[name] = time.Now()
	b.left.Started(name, b.running[name])
	b.mu.Unlock()
	if b.progress == nil {
		return
	}
	b.drawing.Lock()
	defer b.drawing.Unlock()
	b.bars[name] = b.progress.New(0, mpb.SpinnerStyle(), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.Name(" "+name)))
}

// Ended implements Observer.
func (b *Display) Ended(name string, took time.Duration, err error) {
	b.mu.Lock()
	b.done++
	delete(b.running, name)
	if of := b.transfers.steps[name]; of != nil && err == nil {
		of.done = of.total
	}
	b.left.Ended(name, took)
	if err == nil {
		b.took[name] = took
	}
	line := fmt.Sprintf("[%*d/%d] %s  %-44s %6s", len(fmt.Sprint(b.total)), b.done, b.total,
		Clock(time.Since(b.start)), name, took.Round(100*time.Millisecond))
	if err != nil {
		line += "  FAILED"
	}
	b.mu.Unlock()
	if b.progress == nil {
		fmt.Fprintln(b.out, line+b.remaining())
		return
	}
	b.drawing.Lock()
	defer b.drawing.Unlock()
	fmt.Fprintln(b.progress, line)
	b.bars[name].Abort(true)
	b.drawBytes()
	b.sum.Increment()
}

// Close ends the display and returns how long each step that succeeded took.
func (b *Display) Close() map[string]time.Duration {
	close(b.stop)
	b.beating.Wait()
	if b.progress != nil {
		b.sum.Abort(false)
		if b.pulled != nil {
			b.pulled.Abort(false)
		}
		b.progress.Wait()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.took
}

// remaining says how long the rest will take, as far as that is known.
func (b *Display) remaining() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done == b.total {
		return ""
	}
	left, sure, ok := b.left.Left(time.Now())
	switch {
	case !ok:
		return "  no estimate yet"
	case left < time.Second:
		return ""
	case !sure:
		return "  at least " + Clock(left) + " left"
	}
	return "  about " + Clock(left) + " left"
}
