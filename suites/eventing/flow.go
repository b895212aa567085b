package eventing

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/kube"
)

// flowChecks judge the states and transitions of all events of the experiment.
func flowChecks() {
	p.It("flow.exactly-once", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.exactly-once")
		if held("unacknowledged") { // processed, and again since the answer was lost
			deliveries("unacknowledged").Is(answersTo("unacknowledged"), "lost success")
		}
	})
	for _, id := range []string{"flow.accepted", "flow.acknowledged", "flow.no-other-transition", "flow.ended", "flow.ordered"} {
		p.It(id, brief, func(SpecContext) {
			recorded()
			guaranteed(id)
		})
	}

	p.It("flow.delivered", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.delivered")
		// recurring-worker shows nothing of an event that is not for it, but counts
		// what it was delivered.
		valid := 0
		for _, c := range pick(inTopic(family(taskEvent).Topic)) {
			if c.Invalid == "" {
				valid++
			}
		}
		delivered := 0.0
		for _, outcome := range []string{"processed", "ignored", "duplicate"} {
			delivered += seen.After[outcome] - seen.Before[outcome]
		}
		expect.Subject{What: "valid task events that recurring-worker was delivered", From: "its metrics"}.
			Holds(valid > 0 && delivered >= float64(valid), fmt.Sprintf("at least the %d in the topic", valid), fmt.Sprint(delivered))
	})
}

// guaranteed fails the check unless everything that the judge holds a requirement
// by was judged on something, and holds.
func guaranteed(id string) {
	GinkgoHelper()
	found := 0
	for _, g := range seen.verdict.Guarantees {
		if !slices.Contains(g.Requirements, id) {
			continue
		}
		found++
		said := told(g)
		if g.Result == judge.Inconclusive {
			Fail("inconclusive: " + g.Name + ": " + said)
		}
		expect.Subject{What: g.Name, From: "the judge, from the recorded history"}.
			Holds(g.Result == judge.Pass && g.Checked > 0, "pass", said)
	}
	expect.Subject{What: "guarantees for " + id, From: "the judge"}.Holds(found > 0, "some", strconv.Itoa(found))
}

// recurring reads how many events recurring-worker was delivered, by outcome.
func (x *experiment) recurring(ctx context.Context) (map[string]float64, error) {
	const name = "recurring-worker"
	for _, d := range p.Spec.Deployments {
		if d.Name != name {
			continue
		}
		address := fmt.Sprintf("http://%s.%s.svc:%d/metrics", d.Name, d.Namespace, d.Dapr.AppPort)
		answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet, address, nil, "")
		if err != nil {
			return nil, fmt.Errorf("read the metrics of %s: %w", name, err)
		}
		return outcomes(answer.Body)
	}
	return nil, fmt.Errorf("there is no %s", name)
}

// outcomes sums events_delivered_total by outcome.
func outcomes(metrics []byte) (map[string]float64, error) {
	sums := map[string]float64{}
	lines := bufio.NewScanner(bytes.NewReader(metrics))
	for lines.Scan() {
		labels, isCounter := strings.CutPrefix(lines.Text(), "events_delivered_total{")
		labels, value, _ := strings.Cut(labels, "} ")
		_, outcome, labelled := strings.Cut(labels, `outcome="`)
		if !isCounter || !labelled {
			continue
		}
		outcome, _, _ = strings.Cut(outcome, `"`)
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("read metrics: %w", err)
		}
		sums[outcome] += number
	}
	return sums, lines.Err()
}
