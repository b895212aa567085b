package provisioning

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
)

var _ = p.Checks(func() {
	Describe("Delivery", func() {
		p.It("dapr.resiliency", func(ctx SpecContext) {
			want := p.Spec.Dapr.Resiliency
			object, err := p.Cluster.GetKind(ctx, kube.ResiliencyKind, p.Spec.Component(want.Component).Namespace, want.Name)
			subject := func(what string) expect.Subject {
				return expect.Subject{What: what, From: "Resiliency " + want.Name, Object: object}
			}
			subject("Resiliency " + want.Name).NoError(err)
			at := func(path ...string) string {
				value, found, _ := unstructured.NestedFieldNoCopy(object.Object, append([]string{"spec"}, path...)...)
				if !found {
					return "absent"
				}
				return fmt.Sprint(value)
			}
			inbound := []string{"targets", "components", want.Component, "inbound"}
			policy := at(append(inbound, "retry")...)
			subject("retry policy of inbound deliveries of "+want.Component).Is(policy, want.Policy)
			wait := "duration"
			if want.Kind == "exponential" {
				wait = "maxInterval"
			}
			subject("kind of policy "+policy).Is(at("policies", "retries", policy, "policy"), string(want.Kind))
			subject("interval of policy "+policy).Is(at("policies", "retries", policy, wait), want.Interval.String())
			subject("retries of policy "+policy).Is(at("policies", "retries", policy, "maxRetries"), fmt.Sprint(want.MaxRetries))
			subject("timeout of one attempt").Is(at("policies", "timeouts", at(append(inbound, "timeout")...)), want.Timeout.String())
			scopes, _, _ := unstructured.NestedStringSlice(object.Object, "scopes")
			for _, subscription := range p.Spec.Dapr.Subscriptions {
				subject("scopes that hold "+subscription.App).
					AssertThat(len(scopes) == 0 || slices.Contains(scopes, subscription.App), "all, or one of them", fmt.Sprint(scopes))
			}
		}, brief)

		p.It("dapr.subscriptions.dead-letters", func(ctx SpecContext) {
			subscribers := 0
			for _, app := range p.Spec.Sidecars() {
				var want []string
				for _, subscription := range p.Spec.Dapr.Subscriptions {
					if subscription.App == app.Dapr.AppID {
						want = append(want, route(subscription.PubSub, subscription.Topic, subscription.DeadLetterTopic))
					}
				}
				subscribers += len(want)
				for _, pod := range podsOf(ctx, app) {
					var seen []string
					for _, subscription := range metadataOf(ctx, &pod).Subscriptions {
						seen = append(seen, route(subscription.PubSub, subscription.Topic, subscription.DeadLetterTopic))
					}
					expect.Subject{What: "subscriptions of " + app.Name, From: "metadata of its sidecar"}.Is(seen, want)
				}
			}
			expect.Subject{What: "subscriptions", From: "spec/platform.yaml"}.AssertThat(subscribers > 0, "at least one", fmt.Sprint(subscribers))
		}, brief)
	})
})

// route is a subscription as text.
func route(pubsub, topic, deadLetters string) string {
	return fmt.Sprintf("%s/%s, dead letters to %s", pubsub, topic, deadLetters)
}
