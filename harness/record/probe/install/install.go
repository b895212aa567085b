// Package install puts the probe beside the judged applications: its topics, its
// component, its subscriptions, and a deployment with a Dapr sidecar, within what the quota of
// the applications' namespace has to spare.
package install

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/probe"
	"assay.dev/assay/spec"
)

// App is the probe's Dapr application, and so its consumer group.
const App = "assay-probe"

// Topic is a topic of the probe's own.
type Topic struct {
	Name       string
	Partitions int
	// Config are Kafka's settings of the topic.
	Config map[string]any
	// Types are the types of events that the probe subscribes to. Without any it
	// does not subscribe to the topic.
	Types []string
}

// DeadLetters is the topic that takes what the probe cannot process.
func (t Topic) DeadLetters() string { return t.Name + "-dlq" }

// Probe is the probe and what belongs to it.
type Probe struct {
	Cluster *kube.Cluster
	Spec    *spec.Spec
	// Target is where the cluster is: it decides where the image comes from.
	Target spec.Target
	Topics []Topic
	// URL is where the probe is reached by a client of the cluster's dialer, and
	// Sidecar its sidecar. Both are known once it is installed.
	URL, Sidecar string
	// Pod is the probe's pod.
	Pod *corev1.Pod
}

// Install makes everything again and waits until the probe is subscribed. Remove
// has to be called however it ends: register that before.
func (p *Probe) Install(ctx context.Context) error {
	if err := p.pullable(); err != nil {
		return err
	}
	if err := p.Remove(ctx); err != nil {
		return fmt.Errorf("remove what is left of a probe: %w", err)
	}
	if err := p.installTopics(ctx); err != nil {
		return err
	}
	if err := p.installAccess(ctx); err != nil {
		return err
	}
	for _, object := range p.applications() {
		if err := p.Cluster.Create(ctx, object); err != nil {
			return fmt.Errorf("install the probe: %s: %w", object.GetName(), err)
		}
	}
	app := &appsv1.Deployment{}
	app.Namespace, app.Name = p.namespace(), App
	err := p.Cluster.Await(ctx, app, p.Spec.Timeouts.DeploymentAvailable.Duration, func() (bool, error) {
		return app.Status.ObservedGeneration >= app.Generation && app.Status.AvailableReplicas == 1, nil
	})
	if err != nil {
		return fmt.Errorf("install the probe: %w", err)
	}
	pods, err := p.Cluster.PodsOf(ctx, "Deployment", app.Namespace, app.Name)
	if err != nil || len(pods) != 1 {
		return fmt.Errorf("find the pod of the probe: %d found: %w", len(pods), err)
	}
	p.Pod = &pods[0]
	p.URL, p.Sidecar = kube.PodURL(p.Pod, probe.Port, ""), kube.PodURL(p.Pod, sidecarPort, "")
	return p.awaitSubscribed(ctx)
}

// sidecarPort is Dapr's HTTP API.
const sidecarPort = 3500

func (p *Probe) namespace() string { return p.Spec.AppNamespace() }

// installTopics makes the topics side by side and waits for all of them: a
// subscription to a topic that is not there yet would be tried for long.
func (p *Probe) installTopics(ctx context.Context) error {
	topics := p.topics()
	for _, topic := range topics {
		if err := p.Cluster.Create(ctx, topic); err != nil {
			return fmt.Errorf("make topic %s: %w", topic.GetName(), err)
		}
	}
	for _, topic := range topics {
		var answer string
		err := p.Cluster.Await(ctx, topic, p.Spec.Timeouts.TopicReady.Duration, func() (ready bool, _ error) {
			ready, answer = kube.Ready(topic)
			return ready, nil
		})
		if err != nil {
			return fmt.Errorf("make topic %s: %s: %w", topic.GetName(), answer, err)
		}
	}
	return nil
}

// awaitSubscribed waits until the sidecar lists all subscriptions.
func (p *Probe) awaitSubscribed(ctx context.Context) error {
	timeouts := p.Spec.Timeouts
	web := p.Cluster.HTTP(timeouts.HTTPRequest.Duration)
	wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.SidecarReady.Duration}
	err := wait.Until(ctx, func(ctx context.Context) error {
		listed, err := Subscribed(ctx, web, p.Sidecar)
		if err != nil {
			return err
		}
		for _, topic := range p.Topics {
			if len(topic.Types) > 0 && !listed[topic.Name] {
				return fmt.Errorf("the sidecar does not list a subscription to %s: %v", topic.Name, listed)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("subscribe the probe: %w", err)
	}
	return nil
}

// Remove removes everything and waits until it is gone: the subscriber first, so
// that no sidecar asks for topics that are not there.
func (p *Probe) Remove(ctx context.Context) error {
	within := p.Spec.Timeouts.ObjectDeleted.Duration
	var problems []error
	for _, object := range p.applications() {
		problems = append(problems, p.Cluster.Remove(ctx, object, within))
	}
	problems = append(problems, kube.Follow(ctx, p.Cluster, &corev1.PodList{}, within, func(pods map[types.UID]*corev1.Pod) (bool, error) {
		return len(pods) == 0, nil
	}, client.InNamespace(p.namespace()), client.MatchingLabels(labels())))
	problems = append(problems, p.removeAccess(ctx))
	for _, topic := range p.topics() {
		// A cluster without the kind has no topics.
		if err := p.Cluster.Remove(ctx, topic, within); !meta.IsNoMatchError(err) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// Answers tells the probe how to answer from now on.
func (p *Probe) Answers(ctx context.Context, rules []probe.Rule) error {
	return put(ctx, p.Cluster.HTTP(p.Spec.Timeouts.HTTPRequest.Duration), p.URL+"/rules", rules)
}

// Client is a client that reaches the probe and sidecars, and waits as long as
// its requests say.
func (p *Probe) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: p.Cluster.Dialer.DialContext}}
}
