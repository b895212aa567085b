package observe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/IBM/sarama"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// Platform is all observers of the platform at once.
type Platform struct {
	Records    *Records
	Groups     *Groups
	Kubernetes *Kubernetes
	Browsers   *Browsers
	Clock      *ClockWatch

	log     Log
	options PlatformOptions
	started []func(context.Context) error
}

// PlatformOptions say what is watched beside what the specification names.
type PlatformOptions struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	// Front is the front door, through which browsers connect.
	Front *Front
	// Users are those whose browsers are connected.
	Users []string
	// Topics and Groups are watched too.
	Topics []string
	Groups map[string][]string
}

// The reference workloads whose effects can be looked at; workloads/README.md
// names the queries.
const (
	auditWorker        = "audit-worker"
	notificationWorker = "notification-worker"
	websocketWorker    = "websocket-worker"
)

// groupPace is the time between two looks at committed offsets: the sidecars
// commit once a second.
const groupPace = time.Second

// OpenFront returns a client of the front door at address, which trusts the
// certificate that the ingress was given and no other.
func OpenFront(ctx context.Context, log Log, cluster *kube.Cluster, p *spec.Spec, address string) (*Front, error) {
	var secret corev1.Secret
	if err := cluster.Get(ctx, client.ObjectKey{Namespace: p.Ingress.Namespace, Name: p.Ingress.TLSSecret}, &secret); err != nil {
		return nil, fmt.Errorf("read the certificate of the ingress: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(append(secret.Data["ca.crt"], secret.Data[corev1.TLSCertKey]...)) {
		return nil, fmt.Errorf("secret %s holds no certificate", p.Ingress.TLSSecret)
	}
	return NewFront(log, FrontOptions{
		Address: address, Host: p.Ingress.Host, Roots: roots, Timeout: p.Timeouts.HTTPRequest.Duration,
	}), nil
}

// WatchPlatform starts all observers. What was started is ended again on an error.
func WatchPlatform(ctx context.Context, log Log, options PlatformOptions) (_ *Platform, err error) {
	p := &Platform{log: log, options: options}
	defer func() {
		if err != nil {
			ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), options.Spec.Timeouts.PortForward.Duration)
			defer cancel()
			err = errors.Join(err, p.stop(ended))
		}
	}()
	for _, start := range []func(context.Context) error{p.watchClock, p.watchRecords, p.watchGroups, p.watchKubernetes, p.watchBrowsers} {
		if err := start(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Platform) watchClock(ctx context.Context) error {
	p.Clock = WatchClock(ctx, p.log)
	p.started = append(p.started, func(context.Context) error { return p.Clock.Stop() })
	return nil
}

func (p *Platform) watchRecords(ctx context.Context) (err error) {
	s := p.options.Spec
	topics, families := slices.Clone(p.options.Topics), map[string]string{}
	for _, t := range s.Topics {
		topics = append(topics, t.Name)
	}
	for _, e := range s.Events {
		families[e.Topic] = e.Family
	}
	p.Records, err = WatchRecords(ctx, p.log, RecordsOptions{
		Brokers: []string{s.Kafka.Bootstrap}, Dialer: p.options.Cluster.Dialer, Topics: topics, Families: families, Schemas: s.Schemas, Keep: true,
		Remains: func(ctx context.Context, topic string, partition int32, id sarama.Uuid) (Remains, error) {
			return remainsOf(ctx, p.options.Cluster, s, topic, partition, id)
		},
	})
	if err == nil {
		p.started = append(p.started, p.Records.Stop)
	}
	return err
}

func (p *Platform) watchGroups(ctx context.Context) (err error) {
	s := p.options.Spec
	groups := map[string][]string{}
	for _, subscription := range s.Dapr.Subscriptions {
		groups[subscription.App] = append(groups[subscription.App], subscription.Topic)
	}
	for group, topics := range p.options.Groups {
		groups[group] = append(groups[group], topics...)
	}
	p.Groups, err = WatchGroups(ctx, p.log, GroupsOptions{
		Brokers: []string{s.Kafka.Bootstrap}, Dialer: p.options.Cluster.Dialer, Topics: groups,
		Every: groupPace, Steady: s.Timeouts.StableFor.Duration,
	})
	if err == nil {
		p.started = append(p.started, p.Groups.Stop)
	}
	return err
}

func (p *Platform) watchKubernetes(ctx context.Context) (err error) {
	var namespaces []string
	for _, n := range p.options.Spec.Namespaces {
		namespaces = append(namespaces, n.Name)
	}
	for _, i := range p.options.Spec.Infrastructure {
		if !slices.Contains(namespaces, i.Namespace) {
			namespaces = append(namespaces, i.Namespace)
		}
	}
	p.Kubernetes, err = WatchKubernetes(ctx, p.log, p.options.Cluster.Clients, namespaces...)
	if err == nil {
		p.started = append(p.started, func(context.Context) error { return p.Kubernetes.Stop() })
	}
	return err
}

func (p *Platform) watchBrowsers(ctx context.Context) (err error) {
	s := p.options.Spec
	p.Browsers, err = WatchBrowsers(ctx, p.log, BrowsersOptions{
		Client: p.options.Front.Client(), URL: "wss://" + s.Ingress.Host + "/ws", Users: p.options.Users,
		Group: websocketWorker, Topic: p.topicOf(websocketWorker),
		Timeout: s.Timeouts.HTTPRequest.Duration, Retry: s.Timeouts.PollInterval.Duration,
	})
	if err == nil {
		p.started = append(p.started, func(context.Context) error { return p.Browsers.Stop() })
	}
	return err
}

// topicOf is the topic that an application subscribes to.
func (p *Platform) topicOf(app string) string {
	for _, subscription := range p.options.Spec.Dapr.Subscriptions {
		if subscription.App == app {
			return subscription.Topic
		}
	}
	return ""
}

// Finish waits until all consumer groups are drained, looks for the effects of
// everything that was seen, and ends the observers. What it did not come to until
// ctx ended is told by their entries, for the judge; the error is of the history.
func (p *Platform) Finish(ctx context.Context) error {
	_ = p.Groups.Drain(ctx) // what is left is in the history
	// What cannot be had while ctx lasts still has to be told.
	ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.options.Spec.Timeouts.Drain.Duration)
	defer cancel()
	return errors.Join(p.look(ended), p.stop(ended))
}

func (p *Platform) look(ctx context.Context) error {
	transport := &http.Transport{
		DialContext: p.options.Cluster.Dialer.DialContext, MaxIdleConnsPerHost: lookers,
		ResponseHeaderTimeout: p.options.Spec.Timeouts.HTTPRequest.Duration,
	}
	defer transport.CloseIdleConnections()
	web := &http.Client{Transport: &kube.WithAppToken{Cluster: p.options.Cluster, Next: transport}}
	effects := Effects{
		Log: p.log, Client: web, Retry: p.options.Spec.Timeouts.PollInterval.Duration,
		Audit: p.address(auditWorker), Notifications: p.address(notificationWorker),
	}
	return effects.Look(ctx, p.topicOf(auditWorker), p.topicOf(notificationWorker), p.Records.Captures())
}

// address is where a workload is reached through the cluster's dialer.
func (p *Platform) address(name string) string {
	for _, d := range p.options.Spec.Deployments {
		if d.Name == name {
			return "http://" + name + "." + d.Namespace + ".svc:" + strconv.Itoa(d.Dapr.AppPort)
		}
	}
	return ""
}

// stop ends the observers in the order in which they were started.
func (p *Platform) stop(ctx context.Context) error {
	var problems []error
	for _, stop := range p.started {
		problems = append(problems, stop(ctx))
	}
	p.started = nil
	return errors.Join(problems...)
}
