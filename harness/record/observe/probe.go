package observe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/probe"
)

// Deliveries watches what the probe, a subscriber of our own, is delivered. The
// probe numbers its deliveries, so that a lost connection costs nothing; a probe
// that was restarted has forgotten what it was delivered before: that is a gap.
type Deliveries struct {
	log    Log
	client *http.Client
	url    string
	start  history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	seen    []probe.Delivery
	changed chan struct{} // closed and recreated with each delivery
	boot    string
	next    int
	last    history.Nanos // when the probe was last heard
	gaps    []history.Gap
	trouble error // of the last look
	failed  error // of the history, the first
}

// probeRetry is the time between two looks at a probe that does not answer.
const probeRetry = 500 * time.Millisecond

// WatchDeliveries records the deliveries of the probe at url, from the first it
// knows, until Stop. The client reaches it.
func WatchDeliveries(ctx context.Context, log Log, client *http.Client, url string) *Deliveries {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	d := &Deliveries{
		log: log, client: client, url: url, start: log.Now(), last: log.Now(),
		stop: stop, changed: make(chan struct{}),
	}
	d.running.Go(func() {
		again := time.NewTicker(probeRetry)
		defer again.Stop()
		for {
			err := d.poll(watching, probe.MaxWait)
			d.mu.Lock()
			d.trouble = err
			d.mu.Unlock()
			if err == nil && watching.Err() == nil {
				continue
			}
			select {
			case <-watching.Done():
				return
			case <-again.C:
			}
		}
	})
	return d
}

// poll asks for the deliveries after the last one, and waits for one that long.
func (d *Deliveries) poll(ctx context.Context, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait+probe.MaxWait)
	defer cancel()
	address := d.url + "/deliveries?after=" + strconv.Itoa(d.next) + "&wait=" + wait.String()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask the probe: %w", err)
	}
	response, err := d.client.Do(request)
	if err != nil {
		return fmt.Errorf("ask the probe: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask the probe: %s", response.Status)
	}
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil { // a line that was cut off is asked for again
			return fmt.Errorf("listen to the probe: %w", err)
		}
		if err := d.hear(line, response.Header.Get(probe.BootHeader)); err != nil {
			return err
		}
	}
}

// hear takes one line: the probe's time, or a delivery.
func (d *Deliveries) hear(line []byte, boot string) error {
	var heard probe.Line
	if err := json.Unmarshal(line, &heard); err != nil {
		return fmt.Errorf("listen to the probe: %w", err)
	}
	now := d.log.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.boot != "" && d.boot != boot {
		d.gaps = append(d.gaps, history.Gap{From: d.last, To: now, Why: "the probe was restarted and has lost its deliveries"})
		d.next = 0
		d.boot = boot
		return errors.New("the probe was restarted") // and is asked from its first delivery on
	}
	d.boot, d.last = boot, now
	if heard.Delivery == nil {
		return nil
	}
	delivery := *heard.Delivery
	d.next = delivery.Number
	// The probe's clock is another one: only how long ago it was counts.
	err := d.log.Write(history.Delivery{
		Seen: now - history.Nanos(heard.Now.Sub(delivery.Answered)), Group: delivery.App, Topic: delivery.Topic,
		ID: delivery.ID, Source: delivery.Source, Key: delivery.Key, Answer: history.Answer(delivery.Answer), Attempt: delivery.Attempt,
	})
	if err != nil && d.failed == nil {
		d.failed = err
	}
	d.seen = append(d.seen, delivery)
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

// Seen returns the deliveries so far.
func (d *Deliveries) Seen() []probe.Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clip(d.seen)
}

// Await waits until what was delivered so far satisfies holds. The error says
// what was waited for.
func (d *Deliveries) Await(ctx context.Context, what string, holds func([]probe.Delivery) bool) error {
	for {
		d.mu.Lock()
		seen, changed, trouble := d.seen, d.changed, d.trouble
		d.mu.Unlock()
		if holds(seen) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: not among %d deliveries: %w", what, len(seen), errors.Join(ctx.Err(), trouble))
		case <-changed:
		}
	}
}

// Stop asks the probe once more, until it answers or ctx ends, and says how well
// the observer held out. The error is of the history.
func (d *Deliveries) Stop(ctx context.Context) error {
	d.stop()
	d.running.Wait()
	var err error
	_ = wait.PollUntilContextCancel(ctx, probeRetry, true, func(ctx context.Context) (bool, error) {
		err = d.poll(ctx, 0)
		return err == nil, nil
	}) // what the last look met is judged
	seen := history.Observer{Name: "probe deliveries", Kinds: []history.Kind{history.Deliveries}, Start: d.start, End: d.log.Now(), Gaps: d.gaps}
	if err != nil {
		seen.Lost = err.Error()
	}
	return errors.Join(d.failed, d.log.Write(seen))
}
