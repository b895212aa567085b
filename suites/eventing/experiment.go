package eventing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/probe"
	"assay.dev/assay/harness/record/probe/install"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

// experimentName is the name of the recorded experiment, below the run's history.
const experimentName = "eventing"

// seen is what the experiment has recorded; the checks judge it.
var seen *experiment

// experiment is one recorded load, with everything that was sent beside it.
type experiment struct {
	err error // why there is nothing to judge

	journal    *observe.Journal
	ingress    *observe.IngressClient
	probe      *install.Probe
	watching   *observe.Platform
	deliveries *observe.Deliveries
	brokers    kube.Brokers
	raw        *traffic.Kafka
	sidecar    traffic.Sidecar
	users      []string

	answers *answers

	recording
	captures []observe.Capture
	history  *history.History
	verdict  *judge.Verdict
}

// recording is what was seen beside the history and the bytes of events. It is kept
// with them before anything is judged.
type recording struct {
	Answers    []observe.Answer   `json:"answers"`    // to changes through the ingress
	Stored     map[string][]byte  `json:"stored"`     // what the API said of an object at the end, by key
	Script     script             `json:"script"`     // events to the probe
	Deliveries []probe.Delivery   `json:"deliveries"` // to the probe
	Injected   []injection        `json:"injected"`   // events of the judged topics, past the API
	Trails     map[string]string  `json:"trails"`     // what is wrong with the traces of those without an id, by key
	Refused    []refusal          `json:"refused"`    // requests that the API must not take
	Scopes     []attempt          `json:"scopes"`     // uses of topics outside of their scopes
	Stream     string             `json:"stream"`     // how a subscription inside of its scope was refused
	Before     map[string]float64 `json:"before"`
	After      map[string]float64 `json:"after"` // deliveries to applications that count them, see deliveredTo
	// Situations are those that the load has to bring about. Runs from before they were
	// counted name none.
	Situations []string `json:"situations"`
}

// loadFor is how long the load lasts at least. The probe's script lasts as long:
// retries until a dead letter, and an attempt that runs into its timeout.
const loadFor = 20 * time.Second

// run records the experiment and judges it.
func (x *experiment) run(ctx context.Context) error {
	x.Situations = judge.EventingSituations()
	if err := x.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the experiment: %w", err)
	}
	loaded := x.load(ctx)
	// The history is sealed and judged whatever became of the load.
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*timeouts.Drain.Duration)
	defer cancel()
	if err := errors.Join(loaded, x.finish(finishing)); err != nil {
		return fmt.Errorf("record the experiment: %w", err)
	}
	if err := recordings.Save(x.dir(), x.watching.Records.Captures(), x.recording); err != nil {
		return err
	}
	return x.judge()
}

// dir is where the experiment is recorded.
func (x *experiment) dir() string { return p.Run.Path("history", experimentName) }

// prepare installs the probe and starts all observers.
func (x *experiment) prepare(ctx context.Context) (err error) {
	x.probe = &install.Probe{Cluster: p.Cluster, Spec: p.Spec, Target: p.Run.Target, Topics: probeTopics()}
	if err := x.probe.Install(ctx); err != nil {
		return err
	}
	if x.journal, err = observe.Start(x.dir(), p.Run.ID, experimentName, p.Run.Seed); err != nil {
		return err
	}
	profile := x.profile()
	x.users = profile.UserIDs()
	if x.ingress, err = observe.OpenIngress(ctx, x.journal, p.Cluster, p.Spec, p.Run.Ingress.HTTPS); err != nil {
		return err
	}
	x.answers = &answers{ingress: x.ingress}
	var topics []string
	for _, topic := range probeTopics() {
		topics = append(topics, topic.Name)
	}
	x.watching, err = observe.WatchPlatform(ctx, x.journal, observe.PlatformOptions{
		Cluster: p.Cluster, Spec: p.Spec, Ingress: x.ingress, Users: x.users,
		Topics: append(topics, flowTopic.DeadLetters()), Forms: flowForms(), Groups: map[string][]string{install.App: {flowTopic.Name}},
	})
	if err != nil {
		return err
	}
	if err := x.watching.Groups.AwaitStable(ctx, install.App, timeouts.SidecarReady.Duration); err != nil {
		return err
	}
	web := x.probe.Client()
	x.deliveries = observe.WatchDeliveries(ctx, x.journal, web, x.probe.URL)
	x.sidecar = traffic.Sidecar{
		Log: x.journal, Client: web, URL: x.probe.Sidecar, PubSub: install.PubSub, Timeout: timeouts.HTTPRequest.Duration,
	}
	if x.brokers, err = p.Cluster.Brokers(ctx, p.Spec.Kafka, 0); err != nil {
		return err
	}
	x.raw, err = traffic.NewKafka(x.journal, x.brokers)
	return err
}

// profile is the load under which the platform is watched.
func (x *experiment) profile() traffic.Profile { return traffic.Steady(p.Spec, p.Run.Seed) }

// load sends everything, side by side.
func (x *experiment) load(ctx context.Context) (err error) {
	if x.Before, err = delivered(ctx); err != nil {
		return err
	}
	enough := time.NewTimer(loadFor)
	defer enough.Stop()
	stop := func() error { return nil }
	if len(p.Spec.Load.Requests) > 0 {
		generator, err := traffic.Start(ctx, x.answers, x.journal, x.profile())
		if err != nil {
			return err
		}
		stop = func() error {
			_, err := generator.Stop()
			return err
		}
	}
	sending, all := errgroup.WithContext(ctx)
	for _, send := range []func(context.Context) error{x.play, x.inject, x.ask, x.trespass, x.derive, x.abandon, x.selfTest} {
		sending.Go(func() error { return send(all) })
	}
	err = sending.Wait()
	if err == nil {
		select {
		case <-enough.C:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return errors.Join(err, stop())
}

// finish waits until everything is through, ends the observers and seals the
// history.
func (x *experiment) finish(ctx context.Context) error {
	problems := []error{x.readBack(ctx), x.watching.Finish(ctx), x.deliveries.Stop(ctx)}
	// A subscription that comes or goes makes the sidecar join its group again; Dapr
	// then gives up what it is retrying, without a dead letter. So this comes last.
	x.Stream = refusalOf(trySubscribe(ctx, x.probe.Pod, install.PubSub, streamTopic.Name))
	x.trails(ctx)
	after, err := delivered(ctx)
	x.After, x.Answers, x.Deliveries = after, x.answers.all, x.deliveries.Seen()
	x.ingress.Close()
	return errors.Join(append(problems, err, x.raw.Close(), x.journal.Close())...)
}

// judge judges the experiment as it is on disk, and keeps rules and verdict beside it.
func (x *experiment) judge() error {
	dir := x.dir()
	var err error
	x.recording = recording{} // what was not kept cannot be judged again either
	if x.captures, err = recordings.Open(dir, &x.recording); err != nil {
		return err
	}
	if x.history, err = history.Open(dir); err != nil {
		return err
	}
	rules := x.rules()
	x.verdict = judge.Judge(x.history, rules)
	return judge.Save(dir, rules, x.verdict)
}

// rules are those of the specification, and of the probe's topic.
func (x *experiment) rules() judge.Rules {
	rules := judge.FromSpec(p.Spec)
	if p.Spec.Load.Users == 0 {
		rules = rules.Without(spec.WebSocket) // nobody's browser is connected
	}
	rules.Topics = append(rules.Topics,
		judge.Topic{Name: flowTopic.Name, Partitions: flowTopic.Partitions, Retention: defaultRetention},
		judge.Topic{Name: flowTopic.DeadLetters(), Partitions: 1, Retention: defaultRetention, DeadLettersOf: flowTopic.Name},
		judge.Topic{Name: streamTopic.Name, Partitions: streamTopic.Partitions, Retention: defaultRetention},
	)
	rules.Subscriptions = append(rules.Subscriptions,
		judge.Subscription{Group: install.App, Topic: flowTopic.Name, Visibility: judge.ByDelivery})
	rules.Types[flowTopic.Name] = flowTopic.Types
	rules.Situations = x.Situations
	return rules
}

// cleanUp removes the probe and ends what still runs. It may be called at any time.
func (x *experiment) cleanUp(ctx context.Context) error {
	if x.probe == nil {
		return nil
	}
	return x.probe.Remove(ctx)
}

// pubsub is the name of the applications' pub/sub component.
func pubsub() string { return p.Spec.Dapr.Resiliency.Component }
