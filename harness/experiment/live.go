package experiment

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/harness/run"
	"assay.dev/assay/harness/traffic"
	"assay.dev/assay/spec"
)

// Live is the flow through a live platform. It is made for one experiment.
type Live struct {
	Cluster *kube.Cluster
	Spec    *spec.Platform
	Run     *run.Run
	// Name is the experiment's: its history is in the run's directory of histories.
	Name    string
	Profile traffic.Profile

	ledger     *ledger
	front      *observe.Front
	kubernetes *observe.Kubernetes
	records    *observe.Records
	groups     *observe.Groups
	generator  *traffic.Generator
	ended      bool
}

// Dir is where the history is.
func (l *Live) Dir() string { return l.Run.Path("history", l.Name) }

// Start implements Flow.
func (l *Live) Start(ctx context.Context) error {
	journal, err := observe.Begin(l.Dir(), l.Run.ID, l.Name, l.Run.Seed)
	if err != nil {
		return err
	}
	l.ledger = &ledger{Journal: journal}
	if l.kubernetes, err = observe.WatchKubernetes(ctx, l.ledger, l.Cluster.Clients, Pods{Spec: l.Spec}.namespaces()...); err != nil {
		return err
	}
	brokers := []string{l.Spec.Kafka.Bootstrap}
	if l.records, err = observe.WatchRecords(ctx, l.ledger, observe.RecordsOptions{
		Brokers: brokers, Dialer: l.Cluster.Dialer, Topics: l.topics(), Families: l.families(), Keep: true,
	}); err != nil {
		return err
	}
	if l.groups, err = observe.WatchGroups(ctx, l.ledger, observe.GroupsOptions{
		Brokers: brokers, Dialer: l.Cluster.Dialer, Topics: l.consumers(),
		Every: 2 * l.Spec.Timeouts.PollInterval.Duration, Steady: l.Spec.Timeouts.StableFor.Duration,
	}); err != nil {
		return err
	}
	roots, err := l.roots(ctx)
	if err != nil {
		return err
	}
	l.front = observe.NewFront(l.ledger, observe.FrontOptions{
		Address: l.Run.Front.HTTPS, Host: l.Spec.Ingress.Host, Roots: roots,
		Timeout: l.Spec.Timeouts.HTTPRequest.Duration, Connections: l.Profile.Keys,
	})
	begin := time.Now()
	if l.generator, err = traffic.Start(context.WithoutCancel(ctx), l.front, l.ledger, l.Profile); err != nil {
		return err
	}
	_, _, err = l.Flowing(ctx, begin)
	return err
}

func (l *Live) topics() []string {
	var names []string
	for _, topic := range l.Spec.Topics {
		names = append(names, topic.Name)
	}
	return names
}

func (l *Live) families() map[string]string {
	families := map[string]string{}
	for _, event := range l.Spec.Events {
		families[event.Topic] = event.Family
	}
	return families
}

func (l *Live) consumers() map[string][]string {
	consumers := map[string][]string{}
	for _, s := range l.Spec.Dapr.Subscriptions {
		consumers[s.App] = append(consumers[s.App], s.Topic)
	}
	return consumers
}

// roots are what the ingress' certificate is trusted by: the authority beside it,
// or itself where it has none.
func (l *Live) roots(ctx context.Context) (*x509.CertPool, error) {
	var secret corev1.Secret
	key := client.ObjectKey{Namespace: l.Spec.Ingress.Namespace, Name: l.Spec.Ingress.TLSSecret}
	if err := l.Cluster.Get(ctx, key, &secret); err != nil {
		return nil, fmt.Errorf("read the ingress' certificate: %w", err)
	}
	authority := secret.Data["ca.crt"]
	if len(authority) == 0 {
		authority = secret.Data[corev1.TLSCertKey]
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("secret %s holds no certificate", key)
	}
	return roots, nil
}

// At implements Flow.
func (l *Live) At(t time.Time) history.Nanos { return l.ledger.At(t) }

// Note implements Flow.
func (l *Live) Note(entry history.Fault) error { return l.ledger.Write(entry) }

// Flowing implements Flow. An event is processed when every group that consumes
// its topic has committed past it.
func (l *Live) Flowing(ctx context.Context, since time.Time) (first, all time.Time, err error) {
	tick := time.NewTicker(l.Spec.Timeouts.PollInterval.Duration)
	defer tick.Stop()
	processed := map[string]bool{}
	for {
		l.progress(since, processed)
		if len(processed) > 0 && first.IsZero() {
			first = time.Now()
		}
		var still []string
		for topic := range l.families() {
			if !processed[topic] {
				still = append(still, topic)
			}
		}
		if len(still) == 0 {
			return first, time.Now(), nil
		}
		select {
		case <-ctx.Done():
			return first, time.Time{}, fmt.Errorf("no event of %s that was published since %s was processed: %w",
				strings.Join(still, ", "), since.Format(time.TimeOnly), ctx.Err())
		case <-tick.C:
		}
	}
}

// progress notes the topics of which an event that was published after since has
// been processed by every group.
func (l *Live) progress(since time.Time, processed map[string]bool) {
	captures := l.records.Captures()
	for i := len(captures) - 1; i >= 0; i-- {
		c := &captures[i]
		if c.Seen < l.ledger.At(since) {
			return
		}
		if processed[c.Topic] || c.Stamp < since.UnixMilli() {
			continue
		}
		done := false
		for _, s := range l.Spec.Dapr.Subscriptions {
			if s.Topic == c.Topic {
				done = l.groups.Committed(s.App, c.Topic, c.Partition) > c.Offset
				if !done {
					break
				}
			}
		}
		if done {
			processed[c.Topic] = true
		}
	}
}

// End implements Flow.
func (l *Live) End(ctx context.Context) error {
	if l.ended || l.ledger == nil {
		return nil
	}
	l.ended = true
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	if l.generator != nil {
		_, err := l.generator.Stop()
		note(err)
	}
	// Whatever stays queued is in the history, for the judge: no error here.
	if l.groups != nil {
		l.settle(ctx)
		note(l.effects(ctx))
		note(l.groups.Stop(ctx))
	}
	if l.records != nil {
		note(l.records.Stop(ctx))
	}
	if l.kubernetes != nil {
		note(l.kubernetes.Stop())
	}
	if l.front != nil {
		l.front.Close()
	}
	note(l.ledger.Close())
	return errors.Join(problems...)
}

// settle waits until every accepted change's event was seen, and every group has
// consumed everything, twice: what consumers do makes events too.
func (l *Live) settle(ctx context.Context) {
	tick := time.NewTicker(l.Spec.Timeouts.PollInterval.Duration)
	defer tick.Stop()
	for len(l.ledger.due(l.records.Captures())) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	_ = l.groups.Drain(ctx)
}

// effects asks the workers what they made of the events.
func (l *Live) effects(ctx context.Context) error {
	where := func(app string) string {
		d := l.Spec.Deployment(app)
		return "http://" + d.Name + "." + d.Namespace + ".svc:" + strconv.Itoa(d.Dapr.AppPort)
	}
	looking := observe.Effects{
		Log: l.ledger, Client: &http.Client{Transport: &http.Transport{DialContext: l.Cluster.Dialer.DialContext}},
		Audit: where(auditor), Notifications: where(notifier), Retry: l.Spec.Timeouts.PollInterval.Duration,
	}
	return looking.Look(ctx, l.topicOf(auditor), l.topicOf(notifier), l.records.Captures())
}

// The workers whose effects can be asked for.
const (
	auditor  = "audit-worker"
	notifier = "notification-worker"
)

func (l *Live) topicOf(app string) string {
	for _, s := range l.Spec.Dapr.Subscriptions {
		if s.App == app {
			return s.Topic
		}
	}
	return ""
}

var _ Flow = (*Live)(nil)
