package steps

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Board shows a plan's progress: bars on a terminal, plain lines elsewhere.
type Board struct {
	out       io.Writer
	total     int
	estimates map[string]time.Duration
	begin     time.Time

	mu       sync.Mutex
	done     int
	left     time.Duration
	took     map[string]time.Duration
	progress *mpb.Progress
	sum      *mpb.Bar
	bars     map[string]*mpb.Bar
}

// NewBoard returns a board for the plan. The estimates are how long the steps
// took the last time; steps without one count as a second. Close must be called
// when the plan has ended.
func NewBoard(out io.Writer, terminal bool, plan []Step, estimates map[string]time.Duration) *Board {
	b := &Board{
		out: out, total: len(plan), estimates: estimates, begin: time.Now(),
		took: map[string]time.Duration{}, bars: map[string]*mpb.Bar{},
	}
	for _, step := range plan {
		b.left += b.estimate(step.Name)
	}
	if terminal {
		b.progress = mpb.New(mpb.WithOutput(out), mpb.WithWidth(40), mpb.WithRefreshRate(200*time.Millisecond))
		b.sum = b.progress.AddBar(int64(len(plan)),
			mpb.BarPriority(1<<20),
			mpb.PrependDecorators(decor.Name("all "), decor.CountersNoUnit("%d of %d ")),
			mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.Any(func(decor.Statistics) string {
				return b.remaining()
			})))
	}
	return b
}

// Started implements Observer.
func (b *Board) Started(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.progress == nil {
		return
	}
	b.bars[name] = b.progress.New(0, mpb.SpinnerStyle(), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Elapsed(decor.ET_STYLE_MMSS), decor.Name(" "+name)))
}

// Ended implements Observer.
func (b *Board) Ended(name string, took time.Duration, err error) {
	b.mu.Lock()
	b.done++
	b.left -= b.estimate(name)
	if err == nil {
		b.took[name] = took
	}
	line := fmt.Sprintf("[%*d/%d] %s  %-44s %6s", len(fmt.Sprint(b.total)), b.done, b.total,
		clock(time.Since(b.begin)), name, took.Round(100*time.Millisecond))
	if err != nil {
		line += "  FAILED"
	}
	bar := b.bars[name]
	b.mu.Unlock()
	if b.progress == nil {
		fmt.Fprintln(b.out, line+b.remaining())
		return
	}
	fmt.Fprintln(b.progress, line)
	bar.Abort(true)
	b.sum.Increment()
}

// Close ends the display and returns how long each step that succeeded took.
func (b *Board) Close() map[string]time.Duration {
	if b.progress != nil {
		b.sum.Abort(false)
		b.progress.Wait()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.took
}

// remaining estimates the rest from last time's durations. Steps overlap, so
// this errs on the long side.
func (b *Board) remaining() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < time.Second || b.done == b.total {
		return ""
	}
	return "  about " + clock(b.left) + " left"
}

func (b *Board) estimate(name string) time.Duration {
	if known, ok := b.estimates[name]; ok {
		return known
	}
	return time.Second
}

func clock(d time.Duration) string {
	d = d.Round(time.Second)
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
