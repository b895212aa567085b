package chaos

import (
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/spec"
)

// All checks of the lifecycle judge one recording.
var _ = p.Checks(func() {
	Describe("Deployment lifecycle", Ordered, ContinueOnFailure, Serial, Label(disruptive, core), expect.At(spec.Disruptive), expect.Requires(spec.IngressAddress), expect.Requires(spec.KafkaAccess), func() {
		var l *lifecycle

		BeforeAll(func(ctx SpecContext) {
			if p.Recorded() {
				if !recordings.Has(p.Run.Path(), lifecycleName) {
					Skip("the run does not contain the experiment")
				}
				l = &lifecycle{}
				l.err = l.judge()
				return
			}
			l = &lifecycle{lab: lab(ctx)}
			DeferCleanup(func(ctx SpecContext) {
				Expect(l.cleanUp(ctx)).To(Succeed())
			}, NodeTimeout(4*timeouts.ObjectDeleted.Duration))
			l.err = l.record(ctx)
		}, NodeTimeout(timeouts.Suite.Duration))

		BeforeEach(func() { Expect(l.err).NotTo(HaveOccurred(), "the experiment could not be recorded") })

		broken, _ := podsBroken()
		for _, way := range []struct {
			id, name string
			from, to judge.State
		}{
			{"lifecycle.starts", newDeployment, judge.Pending, judge.Running},
			{"lifecycle.updates", changed(), judge.Running, judge.Updating},
			{"lifecycle.completes", changed(), judge.Updating, judge.Running},
			{"lifecycle.start-fails", brokenDeployment, judge.Pending, judge.Failed},
			{"lifecycle.breaks", broken, judge.Running, judge.Failed},
		} {
			p.It(way.id, func() {
				l.unblamed(way.id)
				l.goes(way.name, way.from, way.to)
			})
		}

		p.It("lifecycle.undone", func() {
			l.unblamed("lifecycle.undone")
			l.goes(changed(), judge.Running, judge.RolledBack)
			l.restored("the undo", l.Update, l.Undo)
			l.restored("helm's rollback", l.Upgrade, l.Rollback)
		})

		p.It("lifecycle.no-other-transition", func() { l.passesAll("lifecycle.no-other-transition") })
		p.It("lifecycle.rollout-serves", func() { l.answered(l.Update, "the rollout") })

		p.It("lifecycle.old-pods-serve", func() {
			l.answered(l.Broken, "the update that fails")
			for _, d := range l.during(changed(), l.Broken) {
				Expect(d.Available).To(BeNumerically(">=", d.Replicas), "at %s", time.Duration(d.Seen))
			}
		})

		p.It("lifecycle.rollback-keeps-events", func() {
			Expect(l.accepted(l.Undo)).NotTo(BeZero(), "no change was accepted during the undo")
			Expect(l.accepted(l.Rollback)).NotTo(BeZero(), "no change was accepted during helm's rollback")
			for _, name := range []string{judge.InKafka, judge.Requested, judge.EveryDelivery, judge.AllEnded} {
				l.passesNamed(name)
			}
			Expect(l.verdict.Totals.Lost).To(BeZero())
		})

		p.It("lifecycle.scaled-to-zero", func() { l.processedAfterwards() })
	})
})

// path is the way of a deployment through the states.
func (l *lifecycle) path(name string) []judge.Phase {
	return slices.DeleteFunc(slices.Clone(l.phases), func(phase judge.Phase) bool {
		return phase.Namespace != key(name).Namespace || phase.Name != name
	})
}

// goes wants one of a deployment's transitions to be this one.
func (l *lifecycle) goes(name string, from, to judge.State) {
	GinkgoHelper()
	path := l.path(name)
	var states []string
	made := false
	for i, phase := range path {
		states = append(states, fmt.Sprintf("%s at %s (revision %d)", phase.State, time.Duration(phase.From).Round(10*time.Millisecond), phase.Revision))
		made = made || i > 0 && path[i-1].State == from && phase.State == to
	}
	seen := strings.Join(states, ", ")
	expect.RecordEvidence(expect.Evidence{What: "way of " + name, From: "watch of Kubernetes", Expected: fmt.Sprintf("%s → %s", from, to), Seen: seen})
	Expect(made).To(BeTrue(), "%s never went from %s to %s: %s", name, from, to, seen)
}

// restored wants what took an update back to have rolled the deployment back to
// exactly what it was before.
func (l *lifecycle) restored(what string, update, back window) {
	GinkgoHelper()
	before := l.templateAt(changed(), update.From)
	updated := l.templateAt(changed(), update.To)
	Expect(updated).NotTo(Equal(before), "the update before %s changed nothing, so that nothing was taken back", what)
	// Not where a window starts or ends: the recorder's watch may see the last status of
	// either a moment after the one that the window waited for.
	next := slices.IndexFunc(l.path(changed()), func(phase judge.Phase) bool {
		return phase.From >= back.From && phase.Template != updated
	})
	Expect(next).NotTo(Equal(-1), "%s changed nothing of %s", what, changed())
	reached := l.path(changed())[next]
	expect.RecordEvidence(expect.Evidence{What: "template of " + changed() + " after " + what, From: "watch of Kubernetes", Expected: before, Seen: reached.Template})
	Expect(reached.Template).To(Equal(before))
	Expect(reached.State).To(Equal(judge.RolledBack), "%s was not rolled back by %s", changed(), what)
}

// templateAt is the digest of a deployment's template at a moment.
func (l *lifecycle) templateAt(name string, at history.Nanos) string {
	template := ""
	for _, d := range l.history.Deployments {
		if d.Namespace == key(name).Namespace && d.Name == name && d.Seen <= at {
			template = d.Template
		}
	}
	return template
}

// during are the states of a deployment in a window, the one that it starts with
// included.
func (l *lifecycle) during(name string, w window) []history.Deployment {
	GinkgoHelper()
	var found []history.Deployment
	for _, d := range l.history.Deployments {
		if d.Namespace != key(name).Namespace || d.Name != name || d.Seen > w.To {
			continue
		}
		if d.Seen <= w.From {
			found = found[:0]
		}
		found = append(found, d)
	}
	Expect(found).NotTo(BeEmpty(), "the watch has not seen %s", name)
	return found
}

// answered wants every request that was open in a window to have been accepted.
func (l *lifecycle) answered(w window, what string) {
	GinkgoHelper()
	asked := 0
	var failed []string
	for _, r := range l.history.Requests {
		if r.End < w.From || r.Start > w.To {
			continue
		}
		asked++
		if r.Result != history.Accepted {
			failed = append(failed, fmt.Sprintf("%s %s at %s: %s %d %s", r.Method, r.Path, time.Duration(r.Start), r.Result, r.Status, r.Error))
		}
	}
	expect.RecordEvidence(expect.Evidence{
		What: "requests during " + what, From: "ingress", Expected: "none failed",
		Seen: fmt.Sprintf("%d requests in %s, %d failed", asked, time.Duration(w.To-w.From).Round(time.Millisecond), len(failed)),
	})
	Expect(asked).To(BeNumerically(">=", 1), "there was no traffic")
	Expect(failed).To(BeEmpty())
}

// accepted counts the changes that were accepted in a window.
func (l *lifecycle) accepted(w window) int {
	n := 0
	for _, r := range l.history.Requests {
		if r.Result == history.Accepted && r.Change != "" && r.Start >= w.From && r.End <= w.To {
			n++
		}
	}
	return n
}

// unblamed wants nothing that the judge found to blame a requirement.
func (l *lifecycle) unblamed(id string) {
	GinkgoHelper()
	for _, g := range judge.For(l.verdict, id) {
		Expect(g.Result).NotTo(Equal(judge.Fail), "%s: %s %v", g.Name, g.Text, g.Violations)
	}
}

// passesAll wants every guarantee for a requirement to be kept.
func (l *lifecycle) passesAll(id string) {
	GinkgoHelper()
	all := judge.For(l.verdict, id)
	Expect(all).NotTo(BeEmpty(), "the verdict has no guarantee for %s", id)
	for _, g := range all {
		l.passes(g)
	}
}

// passesNamed wants a guarantee of the verdict to be kept.
func (l *lifecycle) passesNamed(name string) {
	GinkgoHelper()
	at := slices.IndexFunc(l.verdict.Guarantees, func(g judge.Guarantee) bool { return g.Name == name })
	Expect(at).To(BeNumerically(">=", 0), "the verdict has no guarantee %s", name)
	l.passes(l.verdict.Guarantees[at])
}

// passes wants a guarantee to be passed.
func (l *lifecycle) passes(g judge.Guarantee) {
	GinkgoHelper()
	expect.RecordEvidence(expect.Evidence{What: g.Name, From: "history " + lifecycleName, Expected: string(judge.Pass), Seen: string(g.Result) + ": " + g.Text})
	Expect(g.Result).To(Equal(judge.Pass), "%s %v", g.Text, g.Violations)
}

// processedAfterwards wants every event that was published while the worker was
// scaled to nothing to have had its effect, and one at least to have waited.
func (l *lifecycle) processedAfterwards() {
	GinkgoHelper()
	effects := map[string]int{}
	for _, e := range l.history.Effects {
		if e.Group == scaled() {
			effects[e.ID] = e.Times
		}
	}
	topic, waited := topicOf(scaled()), 0
	var lost []string
	for _, r := range l.history.Records {
		if r.Topic != topic || r.Seen < l.Empty.From || r.Seen > l.Empty.To {
			continue
		}
		waited++
		if effects[r.ID] == 0 {
			lost = append(lost, r.ID)
		}
	}
	expect.RecordEvidence(expect.Evidence{
		What: "events that waited for " + scaled(), From: "kafka broker and audit trail", Expected: "all processed",
		Seen: fmt.Sprintf("%d waited, %d never processed", waited, len(lost)),
	})
	Expect(waited).To(BeNumerically(">=", 1), "no event waited")
	Expect(lost).To(BeEmpty())
}

func topicOf(app string) string {
	for _, s := range p.Spec.Dapr.Subscriptions {
		if s.App == app {
			return s.Topic
		}
	}
	return ""
}
