package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Live is the flow through a live platform. It is made for one experiment.
type Live struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	Run     *run.Run
	// Name is the experiment's: its history is in the run's directory of histories.
	Name    string
	Profile traffic.Profile
	// Streams are what is published past the ingress beside it.
	Streams []traffic.StreamProfile

	counts    *expectedCounts
	ingress   *observe.IngressClient
	watching  *observe.Platform
	generator *traffic.Generator
	streams   []*traffic.Stream
	// dry says that the streams have ended, silent that all traffic has, ended that
	// everything has.
	dry, silent, ended bool
}

// Dir is where the history is.
func (l *Live) Dir() string { return l.Run.Path("history", l.Name) }

// Start implements Flow. No browser is connected: what is pushed while a
// connection is down is lost to it, as the workload says.
func (l *Live) Start(ctx context.Context) error {
	journal, err := observe.Start(l.Dir(), l.Run.ID, l.Name, l.Run.Seed)
	if err != nil {
		return err
	}
	l.counts = newExpectedCounts(journal, l.Profile.Load)
	if l.ingress, err = observe.OpenIngress(ctx, l.counts, l.Cluster, l.Spec, l.Run.Ingress.HTTPS); err != nil {
		return err
	}
	if l.watching, err = observe.WatchPlatform(ctx, l.counts, observe.PlatformOptions{
		Cluster: l.Cluster, Spec: l.Spec, Ingress: l.ingress,
	}); err != nil {
		return err
	}
	start := time.Now()
	if err := l.load(context.WithoutCancel(ctx)); err != nil { // until End
		return err
	}
	_, _, err = l.Flowing(ctx, start)
	return err
}

// load starts the traffic: what of it the specification declares.
func (l *Live) load(ctx context.Context) (err error) {
	if len(l.Profile.Load.Requests) > 0 {
		if l.generator, err = traffic.Start(ctx, l.ingress, l.counts, l.Profile); err != nil {
			return err
		}
	}
	if len(l.Streams) == 0 {
		return nil
	}
	brokers, err := l.Cluster.Brokers(ctx, l.Spec.Kafka, 0)
	if err != nil {
		return err
	}
	for _, profile := range l.Streams {
		stream, err := traffic.StartStream(ctx, l.counts, brokers, profile)
		if err != nil {
			return err
		}
		l.streams = append(l.streams, stream)
	}
	return nil
}

// At implements Flow.
func (l *Live) At(t time.Time) history.Nanos { return l.counts.At(t) }

// Note implements Flow.
func (l *Live) Note(entry history.Fault) error { return l.counts.Write(entry) }

// Ingress is the recording client of the ingress.
func (l *Live) Ingress() *observe.IngressClient { return l.ingress }

// Flowing implements Flow. An event is processed when every group that consumes
// its topic has committed past it.
func (l *Live) Flowing(ctx context.Context, since time.Time) (first, all time.Time, err error) {
	processed := map[string]bool{}
	var still []string
	l.poll(ctx, func() bool {
		l.progress(since, processed)
		if len(processed) > 0 && first.IsZero() {
			first = time.Now()
		}
		still = slices.DeleteFunc(l.fed(), func(topic string) bool { return processed[topic] })
		return len(still) == 0
	})
	if len(still) > 0 {
		return first, time.Time{}, fmt.Errorf("no event of %s that was published since %s was processed: %w",
			strings.Join(still, ", "), since.Format(time.TimeOnly), ctx.Err())
	}
	return first, time.Now(), nil
}

// fed are the topics that are consumed and that the load brings events to.
func (l *Live) fed() []string {
	families := map[string]bool{}
	for _, e := range l.Profile.Load.Expectations() {
		families[e.Family] = true
	}
	for _, s := range l.Streams {
		families[s.Publication.Family] = true
	}
	var topics []string
	for _, e := range l.Spec.Events {
		consumed := slices.ContainsFunc(l.Spec.Dapr.Subscriptions, func(s spec.Subscription) bool { return s.Topic == e.Topic })
		if families[e.Family] && consumed && !slices.Contains(topics, e.Topic) {
			topics = append(topics, e.Topic)
		}
	}
	return topics
}

// Enough implements Flow. Traffic that has ended will not be more.
func (l *Live) Enough(ctx context.Context) {
	l.poll(ctx, func() bool {
		return l.silent || (l.generator == nil || l.generator.Enough()) &&
			!slices.ContainsFunc(l.streams, func(s *traffic.Stream) bool { return !s.Enough() })
	})
}

// poll waits until done says so, or until ctx ends.
func (l *Live) poll(ctx context.Context, done func() bool) {
	_ = wait.PollUntilContextCancel(ctx, l.Spec.Timeouts.PollInterval.Duration, true, func(context.Context) (bool, error) { return done(), nil })
}

// progress notes the topics of which an event that was published after since has
// been processed by every group.
func (l *Live) progress(since time.Time, processed map[string]bool) {
	captures := l.watching.Records.Captures()
	for i := len(captures) - 1; i >= 0; i-- {
		c := &captures[i]
		if c.Seen < l.counts.At(since) {
			return
		}
		if !processed[c.Topic] && c.Stamp >= since.UnixMilli() && l.passed(c) {
			processed[c.Topic] = true
		}
	}
}

// passed reports whether every group that consumes a record's topic has committed
// past it. What nobody consumes is not processed.
func (l *Live) passed(c *observe.Capture) bool {
	consumed := false
	for _, s := range l.Spec.Dapr.Subscriptions {
		if s.Topic != c.Topic {
			continue
		}
		if l.watching.Groups.Committed(s.App, c.Topic, c.Partition) <= c.Offset {
			return false
		}
		consumed = true
	}
	return consumed
}

// End implements Flow.
func (l *Live) End(ctx context.Context) error {
	if l.ended || l.counts == nil {
		return nil
	}
	l.ended = true
	problems := []error{l.Silence()}
	if l.watching != nil {
		l.settle(ctx)
		problems = append(problems, l.watching.Finish(ctx))
	}
	if l.ingress != nil {
		l.ingress.Close()
	}
	return errors.Join(append(problems, l.counts.Close())...)
}

// settle waits until every accepted change's event was seen. One that was not
// until ctx ends is missing in the history, for the judge.
func (l *Live) settle(ctx context.Context) {
	l.poll(ctx, func() bool { return len(l.counts.due(l.watching.Records.Captures())) == 0 })
}

// Rules are the specification's, for histories of faults: they must hold a fault
// that was proven, taken back without residue, and recovered from. Whether an
// event reached a browser is not judged, for none is connected.
func Rules(p *spec.Spec) judge.Rules {
	return judge.FromSpec(p).Without(spec.WebSocket).
		Requiring(judge.FaultsProven, judge.Recovery, judge.NothingLeft)
}

// Judge judges the history in dir as it is on disk, and keeps the verdict beside it.
func Judge(dir string, rules judge.Rules) (*judge.Verdict, error) {
	verdict, err := judge.JudgeDir(dir, rules)
	if err != nil {
		return nil, err
	}
	return verdict, judge.Save(dir, rules, verdict)
}

var _ Flow = (*Live)(nil)
