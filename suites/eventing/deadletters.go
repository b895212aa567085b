package eventing

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/probe"
	"assay.dev/assay/spec"
)

func inTopic(topic string) func(observe.Capture) bool {
	return func(c observe.Capture) bool { return c.Topic == topic }
}

// letters are the dead letters of a step of the script.
func letters(name string) []observe.Capture {
	s := seen.Script[name]
	return pick(func(c observe.Capture) bool {
		if s.ID == "" {
			return c.Topic == flowTopic.DeadLetters() && bytes.Equal(c.Raw, s.Raw)
		}
		return c.Topic == flowTopic.DeadLetters() && c.ID == s.ID
	})
}

// scripted reports whether the recorded run holds a step: older runs do not hold all of them.
func scripted(name string) bool { return seen.Script[name] != nil }

// answersTo are the answers to the deliveries of a step.
func answersTo(name string) string {
	var all []string
	for _, d := range seen.deliveriesOf(name) {
		all = append(all, string(d.Answer))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, " ")
}

func deliveries(name string) expect.Subject {
	return expect.Subject{What: "answers to the deliveries of the event \"" + name + "\"", From: "the probe"}
}

// deadLetterChecks judge where events end that are not processed, by the script
// that the probe followed, and by everything that was recorded.
func deadLetterChecks() {
	policy := p.Spec.Dapr.Resiliency

	p.It("flow.expired", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.expired")
		deliveries("expiring").Is(answersTo("expiring"), "none")
		record := one(within(flowTopic.Name, seen.Script["expiring"].ID), "record of the event with a time to live of "+ttl.String())
		expect.Subject{What: "its expiration", From: "Kafka"}.AssertThat(record.Expires > 0, "some time", fmt.Sprint(record.Expires))
		one(letters("expiring"), "dead letters of it")
		if scripted("in time") {
			deliveries("in time").Is(answersTo("in time"), "success")
			in := one(within(flowTopic.Name, seen.Script["in time"].ID), "record of the event with a time to live of "+longTTL.String())
			expect.Subject{What: "its expiration", From: "Kafka"}.AssertThat(in.Expires > 0, "some time", fmt.Sprint(in.Expires))
		}
	})

	p.It("flow.failed", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.failed")
		for name, answer := range map[string]probe.Answer{"poison": probe.Fail, "retried": probe.Retry} {
			want := strings.TrimSpace(strings.Repeat(string(answer)+" ", 1+policy.MaxRetries))
			deliveries(name).Is(answersTo(name), want)
			one(letters(name), "dead letters of it")
			judgePace(name, policy.Interval.Duration)
		}
	})

	p.It("flow.dead-letter", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.dead-letter")
		for _, name := range []string{"poison", "retried", "dropped", "unroutable", "undecodable", "expiring"} {
			letter := one(letters(name), "dead letters of \""+name+"\"")
			original := pick(func(c observe.Capture) bool { return c.Topic == flowTopic.Name && bytes.Equal(c.Raw, letter.Raw) })
			one(original, "records of "+flowTopic.Name+" with the same bytes")
		}
	})

	retryChecks(policy)

	for _, c := range []struct{ id, name, answers string }{
		{"flow.dropped", "dropped", "drop"},
		{"flow.undecodable", "undecodable", "none"},
		{"flow.unroutable", "unroutable", "none"},
	} {
		p.It(c.id, brief, func(SpecContext) {
			recorded()
			guaranteed(c.id)
			deliveries(c.name).Is(answersTo(c.name), c.answers)
			one(letters(c.name), "dead letters of \""+c.name+"\"")
		})
	}
}

// retryChecks judge events that are delivered again, and those beside them.
func retryChecks(policy spec.Resiliency) {
	p.It("flow.retried", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.retried")
		deliveries("healing").Is(answersTo("healing"), "retry error success")
		deliveries("hanging").Is(answersTo("hanging"), "none success")
		for _, name := range []string{"healing", "hanging"} {
			expect.Subject{What: "dead letters of \"" + name + "\"", From: "Kafka"}.Is(len(letters(name)), 0)
		}
		// An attempt that is not answered has failed after its timeout, not before
		// and not much later.
		hung := seen.deliveriesOf("hanging")[0]
		took := hung.Answered.Sub(hung.Arrived)
		expect.Subject{What: "how long an attempt is waited for", From: "the probe"}.
			AssertThat(took > policy.Timeout.Duration-tolerance && took < policy.Timeout.Duration+delay*policy.Interval.Duration, policy.Timeout.String(), took.String())
	})

	p.It("flow.isolated", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.isolated")
		poison := seen.deliveriesOf("poison")
		first, last := poison[0].Arrived, poison[len(poison)-1].Answered
		beside := 0
		for _, name := range bystanderNames() {
			for _, d := range seen.deliveriesOf(name) {
				if d.Answer == probe.Success && d.Answered.After(first) && d.Answered.Before(last) {
					beside++
				}
			}
		}
		expect.Subject{
			What: "events of another partition that were processed while the poisoned one was tried again", From: "the probe",
		}.AssertThat(beside > 0, "some", fmt.Sprint(beside))
	})
}

const (
	// tolerance allows for a timer of the sidecar that has started before a delivery arrives.
	tolerance = 200 * time.Millisecond
	// delay, in intervals, allows for a sidecar that has to wait for its share of a processor.
	delay = 2
)

// judgePace judges the time between the attempts of one event.
func judgePace(name string, interval time.Duration) {
	GinkgoHelper()
	attempts := seen.deliveriesOf(name)
	for i, d := range attempts[1:] {
		gap := d.Arrived.Sub(attempts[i].Answered)
		expect.Subject{What: fmt.Sprintf("time before retry %d of \"%s\"", i+1, name), From: "the probe"}.
			AssertThat(gap >= interval-tolerance && gap < interval+delay*interval, interval.String(), gap.String())
	}
}

func bystanderNames() []string {
	var names []string
	for i := range bystanders {
		names = append(names, fmt.Sprint("bystander ", i))
	}
	return names
}
