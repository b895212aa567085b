package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/spec"
)

// messagingClaims are about Kafka and Dapr.
func messagingClaims() []claim {
	return []claim{
		{"AUD-032", Hazard, "One failure of one pod stops the event flow",
			[]string{kafkaArea, topicArea, deployArea},
			"Nothing that runs once tolerates a fault: availability is recovery time, which is what the chaos suite measures.",
			faultTolerance},
		{"AUD-033", Contradiction, "The storage of the broker does not outlive what retention promises",
			[]string{kafkaArea, topicArea},
			"With ephemeral storage, which the specification allows, the first restart of the broker ends all retention. Storage is persistent here.",
			storageRetention},
		{"AUD-034", Gap, "A state Failed (DLQ) exists and no dead-letter topic does",
			[]string{flowArea, topicArea, kafkaArea},
			"Dead letters would have nowhere to go, and Dapr retries without end. A topic <topic>-dlq is added for each (topic.{name}.exists).",
			deadLetterTopics},
		{"AUD-035", Gap, "A state Expired (TTL) exists and no time to live is stated",
			[]string{flowArea, topicArea},
			"Only retention is a number. The suites set a time to live per event where they test expiry.",
			timeToLive},
		{"AUD-036", Hazard, "What is scheduled can outlive the topic that carries it",
			[]string{topicArea, eventsArea},
			"A consumer that waits in the topic for the time to come loses events; it has to keep them itself.",
			scheduledRetention},
		{"AUD-037", Deployment, "A topic has fewer partitions than consumers of one group",
			[]string{topicArea, deployArea},
			"Surplus replicas of a worker would never see an event.",
			idleConsumers},
		{"AUD-038", Deployment, "A publishing scope keeps a sidecar from dead-lettering",
			[]string{daprArea, flowArea},
			"Dapr publishes dead letters as the application; outside of its scope they are refused and lost.",
			deadLetterScopes},
		{"AUD-039", Deployment, "A timeout is shorter than what it bounds",
			[]string{flowArea, lifecycleArea},
			"The wait would end before what it waits for can have happened.",
			shortTimeouts},
	}
}

func faultTolerance(in Input, w *proof) bool {
	p := in.Platform
	single := false
	tolerate := func(what string, n, tolerated int) {
		w.line("%s: %d, tolerates %d", what, n, tolerated)
		single = single || tolerated == 0
	}
	tolerate("brokers", p.Kafka.Replicas, p.Kafka.Replicas-1)
	tolerate("ZooKeeper instances (a majority has to live)", p.Kafka.ZooKeeper.Replicas, (p.Kafka.ZooKeeper.Replicas-1)/2)
	for _, t := range p.SpecifiedTopics() {
		tolerate("replicas of "+t.Name, t.Replicas, t.Replicas-1)
	}
	for _, d := range p.Deployments {
		tolerate("pods of "+d.Name, d.Replicas, d.Replicas-1)
	}
	return single
}

func storageRetention(in Input, w *proof) bool {
	storage := in.Platform.Kafka.Storage.Type
	for _, t := range in.Platform.SpecifiedTopics() {
		w.line("%s: retention %s = %d ms", t.Name, t.Retention.Duration, t.RetentionMs())
	}
	restarts := "any number of restarts"
	if storage == spec.Ephemeral {
		restarts = "0 restarts"
	}
	w.line("storage %s survives %s of the broker's pod", storage, restarts)
	return storage == spec.Ephemeral
}

func deadLetterTopics(in Input, w *proof) bool {
	hasState := slices.Contains(in.Document.Texts(flowArea), "(DLQ)")
	table, _ := in.Document.Table(topicArea, "Topics")
	listed := table.Column("Name")
	dead := 0
	for _, name := range listed {
		if strings.HasSuffix(name, "-dlq") {
			dead++
		}
	}
	w.line("state Failed (DLQ) is drawn: %v", hasState)
	w.line("topics listed: %d, dead-letter topics among them: %d", len(listed), dead)
	w.line("topics needed: %d + one dead-letter topic each = %d", len(listed)-dead, 2*(len(listed)-dead))
	return hasState && dead == 0
}

func timeToLive(in Input, w *proof) bool {
	hasState := slices.Contains(in.Document.Texts(flowArea), "(TTL)")
	stated := 0
	for _, c := range in.Document.Cells {
		if c.Section != flowArea && strings.Contains(strings.ToLower(c.Key+" "+c.Text), "ttl") {
			w.line("%s: %s", in.heading(c.Section), c.Text)
			stated++
		}
	}
	w.line("state Expired (TTL) is drawn: %v; places that state a time to live: %d", hasState, stated)
	return hasState && stated == 0
}

// A month is the longest step of the recurrences that people use daily.
const monthly = 31 * 24 * time.Hour

func scheduledRetention(in Input, w *proof) bool {
	lost := false
	for _, topic := range scheduledTopics(in.Platform) {
		retention := topic.Retention.Duration
		w.line("what comes back monthly is due up to %s after its event in %s", monthly, topic.Name)
		w.line("retention of the topic: %s", retention)
		if retention < monthly {
			w.line("the record is gone %s before it is due", monthly-retention)
			lost = true
		}
	}
	return lost
}

// scheduledTopics are those of the families whose effect is for a later time.
func scheduledTopics(p *spec.Platform) []spec.Topic {
	families := map[string]bool{}
	for _, request := range p.Load.Requests {
		for _, expected := range request.Expects {
			families[expected.Family] = families[expected.Family] || expected.Scheduled != nil
		}
	}
	var topics []spec.Topic
	for _, event := range p.Events {
		if families[event.Family] {
			topics = append(topics, p.Topic(event.Topic))
		}
	}
	return topics
}

func idleConsumers(in Input, w *proof) bool {
	idle := false
	for _, s := range in.Platform.Dapr.Subscriptions {
		partitions := int64(in.Platform.Topic(s.Topic).Partitions)
		if d, known := in.Platform.Application(s.App); known {
			idle = w.exceeds("replicas of "+s.App, int64(d.Replicas), "partitions of "+s.Topic, partitions, count) || idle
		}
	}
	return idle
}

func deadLetterScopes(in Input, w *proof) bool {
	refused := false
	for _, s := range in.Platform.Dapr.Subscriptions {
		if s.DeadLetterTopic == "" {
			continue
		}
		allowed, scoped := publishingScope(in.Platform.Component(s.PubSub), s.App)
		may := !scoped || slices.Contains(allowed, s.DeadLetterTopic)
		w.line("%s may publish to %s: %v", s.App, s.DeadLetterTopic, may)
		refused = refused || !may
	}
	return refused
}

// publishingScope reads Dapr's "app=topic,topic;app=topic". An application that
// it does not name may publish to every topic.
func publishingScope(c spec.Component, app string) (topics []string, scoped bool) {
	for _, m := range c.Metadata {
		if m.Name != "publishingScopes" {
			continue
		}
		for _, entry := range strings.Split(m.Value, ";") {
			name, list, _ := strings.Cut(entry, "=")
			if strings.TrimSpace(name) == app {
				return strings.Split(list, ","), true
			}
		}
	}
	return nil, false
}

func shortTimeouts(in Input, w *proof) bool {
	p := in.Platform
	r := p.Dapr.Resiliency
	startup := time.Duration(p.Rollout.Probes.Startup.FailureThreshold) * p.Rollout.Probes.Startup.Period.Duration
	tests := []struct {
		what           string
		needed, waited time.Duration
		timeout        string
	}{
		{fmt.Sprintf("%d attempts of %s, %s apart:", r.MaxRetries+1, r.Timeout.Duration, r.Interval.Duration), r.Budget(), p.Timeouts.DeadLettered.Duration, "deadLettered"},
		{"progress deadline", p.Rollout.ProgressDeadline.Duration, p.Timeouts.RolloutFailed.Duration, "rolloutFailed"},
		{"startup probe", startup, p.Timeouts.PodReady.Duration, "podReady"},
		{"startup probe and grace period", startup + p.Rollout.TerminationGracePeriod.Duration, p.Timeouts.Rollout.Duration, "rollout"},
		{"podReady", p.Timeouts.PodReady.Duration, p.Timeouts.DeploymentAvailable.Duration, "deploymentAvailable"},
		{"deadLettered", p.Timeouts.DeadLettered.Duration, p.Timeouts.Drain.Duration, "drain"},
	}
	short := false
	unit := func(n int64) string { return time.Duration(n).String() }
	for _, t := range tests {
		short = w.exceeds(t.what, int64(t.needed), "timeout "+t.timeout, int64(t.waited), unit) || short
	}
	return short
}
