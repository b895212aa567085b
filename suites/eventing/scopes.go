package eventing

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/probe/install"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"

	. "github.com/onsi/ginkgo/v2"
)

// attempt is an application's use of a topic that is outside of its scope.
type attempt struct {
	App, Topic string
	Subscribe  bool
	Publish    history.Publish // of an attempt to publish
	Refusal    string          // of an attempt to subscribe, empty if it was taken
}

// Ports of a sidecar.
const (
	sidecarHTTP = 3500
	sidecarGRPC = 50001
)

// scopesOf reads a component's publishingScopes or subscriptionScopes: the topics
// of each application.
func scopesOf(name string) map[string][]string {
	scopes := map[string][]string{}
	for _, component := range p.Spec.Dapr.Components {
		for _, m := range component.Metadata {
			if component.Name != pubsub() || m.Name != name {
				continue
			}
			for part := range strings.SplitSeq(m.Value, ";") {
				app, topics, _ := strings.Cut(part, "=")
				scopes[app] = strings.FieldsFunc(topics, func(r rune) bool { return r == ',' })
			}
		}
	}
	return scopes
}

// trespass lets every application try every topic that is not in its scope.
func (x *experiment) trespass(ctx context.Context) error {
	publishing, subscribing := scopesOf("publishingScopes"), scopesOf("subscriptionScopes")
	for _, d := range p.Spec.Sidecars() {
		pods, err := p.Cluster.PodsOf(ctx, "Deployment", d.Namespace, d.Name)
		if err != nil || len(pods) == 0 {
			return fmt.Errorf("find a pod of %s: %d found: %w", d.Name, len(pods), err)
		}
		for _, topic := range p.Spec.Topics {
			app := d.Dapr.AppID
			if !slices.Contains(publishing[app], topic.Name) {
				if err := x.tryPublish(ctx, &pods[0], app, topic.Name, topic.DeadLettersOf); err != nil {
					return err
				}
			}
			if !slices.Contains(subscribing[app], topic.Name) {
				x.Scopes = append(x.Scopes, attempt{
					App: app, Topic: topic.Name, Subscribe: true, Refusal: refusalOf(trySubscribe(ctx, &pods[0], pubsub(), topic.Name)),
				})
			}
		}
	}
	return nil
}

// tryPublish tries to publish what the topic is for, which a worker would process.
func (x *experiment) tryPublish(ctx context.Context, pod *corev1.Pod, app, topic, of string) error {
	for _, family := range p.Spec.Events {
		if family.Topic != topic && family.Topic != of {
			continue
		}
		example := schemas.Variant{Raw: p.Spec.Schemas.Examples(family.Family)[0].Raw}
		id, key := uuid.NewString(), uuid.NewString()
		raw, err := identify(family, example, id, key, x.user())
		if err != nil {
			return err
		}
		sidecar := x.sidecar
		sidecar.URL, sidecar.PubSub = kube.PodURL(pod, sidecarHTTP, ""), pubsub()
		answer, err := sidecar.Publish(ctx, traffic.Event{Topic: topic, Key: key, ID: id, Raw: raw})
		if err != nil {
			return err
		}
		x.Scopes = append(x.Scopes, attempt{App: app, Topic: topic, Publish: answer})
	}
	return nil
}

// trySubscribe opens a streaming subscription through a component and returns the
// refusal.
func trySubscribe(ctx context.Context, pod *corev1.Pod, component, topic string) error {
	ctx, cancel := context.WithTimeout(ctx, timeouts.HTTPRequest.Duration)
	defer cancel()
	address := strings.TrimPrefix(kube.PodURL(pod, sidecarGRPC, ""), "http://")
	return observe.TrySubscribe(ctx, p.Cluster.Dialer, address, component, topic)
}

// refusalOf is how something was refused, empty if it was not.
func refusalOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// daprChecks judge publishing and subscribing through the component.
func daprChecks() {
	expect.Each(p, "dapr.component.{name}.publishes", func(_ SpecContext, component spec.Component) {
		recorded()
		if component.Name != pubsub() {
			Skip("the experiment publishes through " + pubsub() + " alone")
		}
		s := seen.Script["through dapr"]
		record := within(flowTopic.Name, s.ID)
		one(record, "record of an event that was published through a copy of "+pubsub())
		deliveries := seen.deliveriesOf(s.Name)
		expect.Subject{What: "deliveries of that event through it", From: "the probe"}.
			AssertThat(len(deliveries) == 1 && string(deliveries[0].Answer) == string(history.Success), "one, answered with success", fmt.Sprint(deliveries))
	}, brief)

	p.It("dapr.scopes.publishing", brief, func(SpecContext) {
		recorded()
		tried := 0
		for _, a := range seen.Scopes {
			if a.Subscribe {
				continue
			}
			tried++
			subject := expect.Subject{What: "publish to " + a.Topic + " by " + a.App, From: "sidecar of " + a.App}
			// An application outside of the component's scopes does not even know it.
			known := slices.Contains(componentScopes(), a.App)
			subject.AssertThat(a.Publish.Result == history.Refused && (!known || a.Publish.Status == http.StatusForbidden),
				"refused, with 403 if it knows the component", fmt.Sprintf("%s with %d %s", a.Publish.Result, a.Publish.Status, a.Publish.Error))
			expect.Subject{What: "records of that event", From: "Kafka"}.Is(len(everywhere(a.Publish.ID)), 0)
		}
		expect.Subject{What: "forbidden publishes that were tried", From: "the suite"}.AssertThat(tried > 0, "some", fmt.Sprint(tried))
	})

	p.It("dapr.scopes.subscription", brief, func(SpecContext) {
		recorded()
		// What is allowed is not refused, so a refusal means something.
		expect.Subject{What: "subscription of " + install.App + " to " + streamTopic.Name, From: "sidecar of " + install.App}.
			Is(seen.Stream, "")
		tried := 0
		for _, a := range seen.Scopes {
			if !a.Subscribe {
				continue
			}
			tried++
			answered := a.Refusal
			if answered == "" {
				answered = "taken"
			}
			reason := "not allowed"
			if !slices.Contains(componentScopes(), a.App) {
				reason = "not found"
			}
			expect.Subject{What: "subscription of " + a.App + " to " + a.Topic, From: "sidecar of " + a.App}.
				AssertThat(a.Refusal != "" && strings.Contains(answered, reason), "refused because it is "+reason, answered)
		}
		expect.Subject{What: "forbidden subscriptions that were tried", From: "the suite"}.AssertThat(tried > 0, "some", fmt.Sprint(tried))
	})
}

// componentScopes are the applications that may load the pub/sub component.
func componentScopes() []string {
	for _, component := range p.Spec.Dapr.Components {
		if component.Name == pubsub() {
			return component.Scopes
		}
	}
	return nil
}
