package observe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	Clock      *ClockWatch

	log     Log
	options PlatformOptions
	brokers kube.Brokers
	started []func(context.Context) error
}

// PlatformOptions say what is watched beside what the specification names.
type PlatformOptions struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	// Ingress is the ingress, through which browsers connect.
	Ingress *IngressClient
	// Users are those whose browsers are connected.
	Users []string
	// Topics and Groups are watched too; Forms are those of the topics.
	Topics []string
	Forms  map[string]Form
	Groups map[string][]string
}

// groupPace is the time between two looks at committed offsets: the sidecars
// commit once a second.
const groupPace = time.Second

// OpenIngress returns a client of the ingress at address, which trusts the
// certificate that the ingress was given and no other.
func OpenIngress(ctx context.Context, log Log, cluster *kube.Cluster, p *spec.Spec, address string) (*IngressClient, error) {
	var secret corev1.Secret
	if err := cluster.Get(ctx, client.ObjectKey{Namespace: p.Ingress.Namespace, Name: p.Ingress.TLSSecret}, &secret); err != nil {
		return nil, fmt.Errorf("read the certificate of the ingress: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(append(secret.Data["ca.crt"], secret.Data[corev1.TLSCertKey]...)) {
		return nil, fmt.Errorf("secret %s has no certificate", p.Ingress.TLSSecret)
	}
	return NewIngressClient(log, IngressOptions{
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
	if p.brokers, err = options.Cluster.Brokers(ctx, options.Spec.Kafka, 0); err != nil {
		return nil, err
	}
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
	topics, forms := slices.Clone(p.options.Topics), Forms(s)
	for _, t := range s.Topics {
		topics = append(topics, t.Name)
	}
	maps.Copy(forms, p.options.Forms)
	p.Records, err = WatchRecords(ctx, p.log, RecordsOptions{
		Brokers: p.brokers, Topics: topics, Forms: forms, Schemas: s.Schemas, WithPayload: true,
		Leftover: func(ctx context.Context, topic string, partition int32, id sarama.Uuid) (LeftoverSegments, error) {
			return leftoverOf(ctx, p.options.Cluster, s, topic, partition, id)
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
		Brokers: p.brokers, Topics: groups,
		Every: groupPace, Steady: s.Timeouts.StableFor.Duration,
	})
	if err == nil {
		p.started = append(p.started, p.Groups.Stop)
	}
	return err
}

func (p *Platform) watchKubernetes(ctx context.Context) (err error) {
	p.Kubernetes, err = WatchKubernetes(ctx, p.log, p.options.Cluster.Clients, p.options.Spec.OwnNamespaces()...)
	if err == nil {
		p.started = append(p.started, func(context.Context) error { return p.Kubernetes.Stop() })
	}
	return err
}

// watchBrowsers connects the users' browsers to each application that pushes to them.
// Without users there is nothing to connect.
func (p *Platform) watchBrowsers(ctx context.Context) error {
	s := p.options.Spec
	if len(p.options.Users) == 0 {
		return nil
	}
	for _, q := range shown(s, spec.WebSocket) {
		browsers, err := WatchBrowsers(ctx, p.log, BrowsersOptions{
			Client: p.options.Ingress.Client(), URL: "wss://" + s.Ingress.Host + q.Show.Path, Users: p.options.Users,
			Greets: q.Show.Greets, ID: q.Show.ID, Group: q.Group, Topic: q.Topic,
			Timeout: s.Timeouts.HTTPRequest.Duration, Retry: s.Timeouts.PollInterval.Duration,
		})
		if err != nil {
			return err
		}
		p.started = append(p.started, func(context.Context) error { return browsers.Stop() })
	}
	return nil
}

// Finish waits until all consumer groups are drained, looks for the effects of
// everything that was seen, and ends the observers. What it did not come to until
// ctx ended is told by their entries, for the judge; the error is of the history.
func (p *Platform) Finish(ctx context.Context) error {
	_ = p.Groups.Drain(ctx) // what is left is in the history
	// What cannot be had while ctx lasts still has to be told.
	ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.options.Spec.Timeouts.Drain.Duration)
	defer cancel()
	return errors.Join(p.poll(ended), p.stop(ended))
}

func (p *Platform) poll(ctx context.Context) error {
	transport := &http.Transport{
		DialContext: p.options.Cluster.Dialer.DialContext, MaxIdleConnsPerHost: parallelReads,
		ResponseHeaderTimeout: p.options.Spec.Timeouts.HTTPRequest.Duration,
	}
	defer transport.CloseIdleConnections()
	web := &http.Client{Transport: &kube.WithAppToken{Cluster: p.options.Cluster, Next: transport}}
	effects := Effects{Log: p.log, Client: web, Retry: p.options.Spec.Timeouts.PollInterval.Duration, Queries: p.queries()}
	return effects.Read(ctx, p.Records.Captures())
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
