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
	"assay.dev/assay/spec"
)

// flowChecks judge the states and transitions of all events of the experiment.
func flowChecks() {
	p.It("flow.exactly-once", brief, func(SpecContext) {
		recorded()
		guaranteed("flow.exactly-once")
		if scripted("unacknowledged") { // processed, and again since the answer was lost
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
		// An application that shows nothing of an event that is not for it may count what it
		// was delivered.
		for _, d := range p.Spec.Deployments {
			for _, show := range d.Shows {
				if show.Kind == spec.Metrics {
					judgeDelivered(d.Dapr.AppID, show)
				}
			}
		}
	})
}

// guaranteed fails the check unless everything that the judge holds a requirement
// by evaluated something, and passed.
func guaranteed(id string) {
	GinkgoHelper()
	found, none := 0, ""
	for _, g := range seen.verdict.Guarantees {
		if !slices.Contains(g.Requirements, id) {
			continue
		}
		if g.Result == judge.NotApplicable {
			none = g.Name + ": " + g.Text
			continue
		}
		found++
		summary := summaryOf(g)
		if g.Result == judge.Inconclusive {
			expect.Inconclusive("%s: %s", g.Name, summary)
		}
		expect.Subject{What: g.Name, From: "the judge, from the recorded history"}.
			AssertThat(g.Result == judge.Pass && g.Checked > 0, "pass", summary)
	}
	if found == 0 && none != "" {
		Skip(none)
	}
	expect.Subject{What: "guarantees for " + id, From: "the judge"}.AssertThat(found > 0, "some", strconv.Itoa(found))
}

// judgeDelivered judges that an application was delivered every valid event of its topics,
// by its own count.
func judgeDelivered(app string, show spec.Show) {
	GinkgoHelper()
	valid := 0
	for _, s := range p.Spec.Dapr.Subscriptions {
		if s.App != app || show.Topic != "" && show.Topic != s.Topic {
			continue
		}
		for _, c := range pick(inTopic(s.Topic)) {
			if c.Invalid == "" {
				valid++
			}
		}
	}
	counted := 0.0
	for _, result := range show.Results {
		counted += counter(seen.After, app, result) - counter(seen.Before, app, result)
	}
	expect.Subject{What: "valid events that " + app + " was delivered", From: "its metrics"}.
		AssertThat(valid > 0 && counted >= float64(valid), fmt.Sprintf("at least the %d in its topics", valid), fmt.Sprint(counted))
}

// counter is how many deliveries an application counted with an outcome. Older runs hold
// those of one application alone, by outcome.
func counter(counts map[string]float64, app, result string) float64 {
	if n, known := counts[app+" "+result]; known {
		return n
	}
	return counts[result]
}

// delivered reads how many events each application that counts them was delivered, by
// application and outcome.
func delivered(ctx context.Context) (map[string]float64, error) {
	all := map[string]float64{}
	for _, d := range p.Spec.Deployments {
		for _, show := range d.Shows {
			if show.Kind != spec.Metrics {
				continue
			}
			answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet, d.Address()+show.Path, nil, "")
			if err != nil {
				return nil, fmt.Errorf("read the metrics of %s: %w", d.Name, err)
			}
			sums, err := countsByLabel(answer.Body, show.Counter, show.Label)
			if err != nil {
				return nil, err
			}
			for result, n := range sums {
				all[d.Dapr.AppID+" "+result] += n
			}
		}
	}
	return all, nil
}

// countsByLabel sums a counter by a label.
func countsByLabel(metrics []byte, name, label string) (map[string]float64, error) {
	sums := map[string]float64{}
	lines := bufio.NewScanner(bytes.NewReader(metrics))
	for lines.Scan() {
		labels, isCounter := strings.CutPrefix(lines.Text(), name+"{")
		labels, value, _ := strings.Cut(labels, "} ")
		_, result, labelled := strings.Cut(labels, label+`="`)
		if !isCounter || !labelled {
			continue
		}
		result, _, _ = strings.Cut(result, `"`)
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("read metrics: %w", err)
		}
		sums[result] += number
	}
	return sums, lines.Err()
}
