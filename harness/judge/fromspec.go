package judge

import (
	"slices"
	"strings"
	"time"

	"assay.dev/assay/spec"
)

// FromSpec derives the rules from a specification, for its own topics and applications.
func FromSpec(p *spec.Spec) Rules {
	r := Rules{
		Version:     RulesVersion,
		Types:       map[string][]string{},
		Apps:        map[string]string{},
		Brokers:     p.Kafka.Namespace,
		Load:        len(p.Load.Requests)+len(p.Load.Publications) > 0,
		Retries:     p.Dapr.Resiliency.MaxRetries,
		Interval:    p.Dapr.Resiliency.Interval.Duration,
		Timeout:     p.Dapr.Resiliency.Timeout.Duration,
		Delivered:   p.Timeouts.EventDelivered.Duration,
		Retained:    p.Timeouts.RetentionExpired.Duration,
		FailedAfter: p.Rollout.ProgressDeadline.Duration,
		Skew:        skew,
		Objectives:  map[string]Objective{},
		Require:     slices.Clone(core),
	}
	for _, t := range p.Topics {
		r.Topics = append(r.Topics, Topic{Name: t.Name, Partitions: t.Partitions, Retention: t.Retention.Duration, DeadLettersOf: t.DeadLettersOf})
	}
	for _, s := range p.Dapr.Subscriptions {
		r.Subscriptions = append(r.Subscriptions, subscriptionOf(p, s))
	}
	for _, e := range p.Events {
		r.Types[e.Topic] = append(r.Types[e.Topic], e.Types...)
		r.Families = append(r.Families, Family{Name: e.Family, Topic: e.Topic, Keyed: e.Key != "", Publisher: publisher(p, e), Requirement: e.Requirement})
	}
	for _, asked := range p.Load.Requests {
		r.Requests = append(r.Requests, requestOf(p, asked))
	}
	for _, d := range p.Deployments {
		if d.Name != d.Dapr.AppID {
			r.Apps[d.Name] = d.Dapr.AppID
		}
	}
	for _, i := range p.Infrastructure {
		if slices.Contains(p.Load.Through, i.Name) {
			r.Proxies = append(r.Proxies, i.Namespace)
		}
	}
	for _, f := range p.Faults {
		r.Objectives[f.Name] = Objective{Requirement: f.Requirement, KubernetesReady: f.KubernetesReady.Duration, EventsFlowing: f.EventsFlowing.Duration, Situations: f.Situations}
	}
	return r
}

// skew allows for the time between an event's happening and its observer's
// noticing on a machine that is busy.
const skew = 2 * time.Second

// subscriptionOf says by what evidence a subscription is judged. Of several replicas that
// push to browsers, each pushes to those that are connected to it: what a browser did not
// see tells nothing.
func subscriptionOf(p *spec.Spec, s spec.Subscription) Subscription {
	out := Subscription{Group: s.App, Topic: s.Topic, Visibility: ByCommit}
	show := p.Shown(s.App, s.Topic)
	if show.Kind == spec.CommitOnly {
		return out
	}
	out.ShownBy, out.Visibility, out.Live = string(show.Kind), ByEffect, show.Kind == spec.WebSocket
	if app, _ := p.Application(s.App); app.Replicas > 1 && show.Kind == spec.WebSocket {
		out.Visibility = BySample
	}
	return out
}

// requestOf is a kind of request with the topics of what it causes, and who takes it.
func requestOf(p *spec.Spec, asked spec.LoadRequest) Request {
	r := Request{Name: asked.Name, Makes: asked.Does == spec.Makes, Removes: asked.Does == spec.Removes, App: taker(p, asked.Path)}
	for _, e := range asked.Expects {
		topic := ""
		for _, family := range p.Events {
			if family.Family == e.Family {
				topic = family.Topic
			}
		}
		r.Expects = append(r.Expects, Expected{
			Name: e.Name, Topic: topic, Type: e.Type, Label: e.Label, Requirement: e.Requirement,
			Counted: e.Counted(), Most: e.Most(), Makes: e.Makes,
		})
	}
	return r
}

// taker is the application behind a path of the ingress: the longest route decides.
func taker(p *spec.Spec, path string) string {
	service, longest := "", -1
	for _, route := range p.Ingress.Paths {
		if strings.HasPrefix(path, route.Path) && len(route.Path) > longest {
			service, longest = route.Service, len(route.Path)
		}
	}
	for _, d := range p.Deployments {
		if d.Name == service {
			return d.Dapr.AppID
		}
	}
	return ""
}

// publishingScopes is the metadata of a pub/sub component that says who publishes what.
const publishingScopes = "publishingScopes"

// publisher is the application that publishes a family: the one that its source names, or
// the one whose scope its topic is in.
func publisher(p *spec.Spec, e spec.EventFamily) string {
	if _, known := p.Application(e.Source); known {
		return e.Source
	}
	for _, component := range p.Dapr.Components {
		for _, m := range component.Metadata {
			if m.Name != publishingScopes {
				continue
			}
			for scope := range strings.SplitSeq(m.Value, ";") {
				app, topics, _ := strings.Cut(scope, "=")
				if slices.Contains(strings.Split(topics, ","), e.Topic) {
					return app
				}
			}
		}
	}
	return ""
}
