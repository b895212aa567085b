package session

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/text/columns"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

// heartbeat is how often is said what runs when nothing ends.
const heartbeat = 30 * time.Second

// progress shows what a suite does: a line for each check that has ended, and what runs
// when nothing has ended for a while.
type progress struct {
	out   io.Writer
	suite spec.Suite
	start time.Time
	known steps.Known

	mu      sync.Mutex
	total   int
	done    int
	red     int
	paused  *run.Progress
	running map[string]time.Time
	spent   time.Duration // that the ended checks took of the suite's time
	known0  time.Duration // that they took the last time
	stop    chan struct{}
	beating sync.WaitGroup
}

func newProgress(out io.Writer, suite spec.Suite, known steps.Known) *progress {
	p := &progress{out: out, suite: suite, start: time.Now(), known: known, running: map[string]time.Time{}, stop: make(chan struct{})}
	p.beating.Go(p.beat)
	return p
}

// beat says what runs, until close is called.
func (p *progress) beat() {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			fmt.Fprintln(p.out, p.pulse())
			p.mu.Unlock()
		}
	}
}

// pulse says what runs and for how long it has.
func (p *progress) pulse() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p.running)) {
		parts = append(parts, fmt.Sprintf("%s, %s", visible.Line(name), time.Since(p.running[name]).Round(time.Second)))
	}
	if len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("suite %s, %s", p.suite, time.Since(p.start).Round(time.Second)))
	}
	return "running: " + strings.Join(parts, "; ")
}

func (p *progress) close() {
	close(p.stop)
	p.beating.Wait()
}

// show takes in what a suite reports.
func (p *progress) show(one run.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch one.Kind {
	case run.ProgressSuite:
		p.total = one.Total
		fmt.Fprintf(p.out, "suite %s: %d checks%s\n", p.suite, p.total, p.left())
	case run.ProgressStarted:
		p.running[one.Name] = time.Now()
	case run.ProgressPaused:
		if p.paused == nil {
			p.paused, p.red = &one, p.red+1
			p.line(one)
		}
	case run.ProgressEnded:
		delete(p.running, one.Name)
		p.done++
		if took, ok := p.known[keyOf(one.Name, one.IDs)]; ok {
			p.known0 += took
		}
		p.spent = time.Since(p.start)
		if p.paused == nil || p.paused.Name != one.Name {
			if one.Result == "fail" || one.Result == "inconclusive" {
				p.red++
			}
			p.line(one)
		}
	}
}

// line prints how a check ended, and why if it did not pass.
func (p *progress) line(one run.Progress) {
	width := columns.Width(p.out)
	head := fmt.Sprintf("[%*d/%d] %-12s ", len(fmt.Sprint(p.total)), p.done, p.total, one.Result)
	tail := fmt.Sprintf("  %s%s", one.Took.Round(100*time.Millisecond), p.left())
	fmt.Fprintln(p.out, columns.Indent(head, visible.Line(one.Name)+tail, width))
	if one.Result == "pass" {
		return
	}
	for _, text := range strings.SplitN(strings.TrimSpace(one.Message), "\n", mostMessage+1)[:min(mostMessage, strings.Count(strings.TrimSpace(one.Message), "\n")+1)] {
		fmt.Fprintln(p.out, columns.Indent("      ", visible.Line(text), width))
	}
}

// mostMessage is how many lines of a failure are shown while the suite runs; the report
// shows all of them.
const mostMessage = 5

// left estimates the rest from what the checks took the last time, at the pace of this
// time.
func (p *progress) left() string {
	rest := p.total - p.done
	if rest <= 0 {
		return ""
	}
	if len(p.known) == 0 {
		return fmt.Sprintf(", %d left, no estimate yet", rest)
	}
	var sum time.Duration
	for _, took := range p.known {
		sum += took
	}
	mean := sum / time.Duration(len(p.known))
	// A filter may leave some of the known checks out: the mean stands for each.
	left := mean * time.Duration(rest)
	if p.total >= len(p.known) {
		left = max(sum-p.known0, 0)
	}
	if p.known0 >= sum/10 && p.known0 > 0 {
		left = time.Duration(float64(left) * float64(p.spent) / float64(p.known0))
	}
	return fmt.Sprintf(", %d left, about %s", rest, steps.Clock(left))
}
