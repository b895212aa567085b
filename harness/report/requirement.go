package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// evidenceBase is what requirements are judged from.
type evidenceBase struct {
	spec        *spec.Spec
	target      spec.Target
	unsupported map[spec.Capability]string
	asked       []spec.Suite // empty: all
	suites      map[spec.Suite]types.Report
	experiments []Experiment
	diagnostics []string
	recorded    bool // the run is a recorded one
}

// requirements judges every requirement of the specification, in the order of
// their IDs.
func (b *evidenceBase) requirements() []Requirement {
	checks := b.checksByID()
	var all []Requirement
	for _, r := range b.spec.Requirements {
		one := Requirement{
			ID: r.ID, Level: r.Level, Sentence: r.Sentence, Section: r.Section, Suite: r.Suite,
			Targets: r.Targets, Why: r.Why, Diagnostics: b.diagnosticsOf(r.ID),
		}
		b.decide(r, &one, checks[r.ID])
		b.applyGuarantees(&one)
		one.Command = command(b.target, r, one.Checks)
		one.Changes = changes(one.Checks)
		all = append(all, one)
	}
	return all
}

// claimed is a check with the suite that it belongs to.
type claimed struct {
	suite types.Report
	spec  types.SpecReport
}

// checksByID finds the checks of each requirement, in the order of the suites
// and of the checks in them.
func (b *evidenceBase) checksByID() map[string][]claimed {
	byID := map[string][]claimed{}
	for _, name := range suiteNames(b.suites) {
		suite := b.suites[name]
		for _, s := range suite.SpecReports {
			for _, id := range suitereport.IDs(s) {
				byID[id] = append(byID[id], claimed{suite, s})
			}
		}
	}
	return byID
}

// decide gives a requirement the most severe result of its checks. Checks that the
// run's filter left out say nothing.
func (b *evidenceBase) decide(r spec.Requirement, one *Requirement, checks []claimed) {
	one.Result, one.Asked = judge.NotRun, true
	leftOut, skips := "", []spec.Capability{}
	for _, c := range checks {
		check := checkOf(c.spec, c.suite.SuiteConfig.DryRun)
		if check.Result == judge.NotRun && check.Failure == "" && filter(c.suite) != "" && complete(c.suite) {
			leftOut = "left out by the run's filter: " + filter(c.suite)
			continue
		}
		if check.Result == judge.Skipped {
			skips = append(skips, missing(check.Failure, b.unsupported))
		}
		one.Checks = append(one.Checks, check)
		one.Seconds += check.Seconds
	}
	if !r.On(b.target) {
		// The emulated cloud may prove it beside the target; where it was not tried
		// there either, nothing is missing.
		one.Checks = slices.DeleteFunc(one.Checks, func(c Check) bool {
			return c.Result == judge.Skipped || c.Result == judge.NotRun
		})
	}
	slices.SortStableFunc(one.Checks, func(a, b Check) int { return gravity(a.Result) - gravity(b.Result) })
	switch {
	case len(one.Checks) > 0:
		one.Result, one.Reason = one.Checks[0].Result, reason(one.Checks[0].Failure)
		if b.recorded {
			one.Source = SourceRecorded
		}
		if one.Result == judge.Skipped && !slices.Contains(skips, "") {
			one.Capability = skips[0]
			slices.Sort(skips)
			one.unsupported = slices.Compact(skips)
		}
		one.partly = leftOut != ""
		if one.Result == judge.NotRun && one.Reason == "" {
			one.Reason = "the suite did not get to it"
		}
	case !r.On(b.target):
		one.Result, one.Asked = NotApplicable, false
		one.Reason = "not provable on " + string(b.target)
	case leftOut != "":
		one.Asked, one.Reason = false, leftOut
	case b.recorded && len(checks) == 0:
		one.Result, one.Asked, one.Reason = NotRecorded, false, "the recorded run does not contain it"
	case len(b.asked) > 0 && !slices.Contains(b.asked, r.Suite):
		one.Asked, one.Reason = false, fmt.Sprintf("the run did not select the suite %s", r.Suite)
	case len(checks) == 0 && !b.ran(r.Suite):
		one.Reason = fmt.Sprintf("the suite %s left no report", r.Suite)
	case len(checks) == 0:
		one.Reason = "no check claims it"
	}
}

func (b *evidenceBase) ran(suite spec.Suite) bool {
	_, ok := b.suites[suite]
	return ok
}

// applyGuarantees lets what experiments have found count: a guarantee that was broken
// anywhere breaks the requirements it names, whatever their own checks say, and
// an experiment is the proof of the requirement that its fault names.
func (b *evidenceBase) applyGuarantees(one *Requirement) {
	for _, e := range b.experiments {
		for _, g := range e.Guarantees {
			if !slices.Contains(g.Requirements, one.ID) {
				continue
			}
			one.Guarantees = append(one.Guarantees, Backing{e.Name, g.Name, g.Result})
			b.again(one, &e, g.Result)
			if g.Result == judge.Fail {
				one.downgrade(judge.Fail, fmt.Sprintf("the experiment %s broke %q: %s", e.Name, g.Name, g.Text))
			}
		}
		for _, f := range e.Faults {
			if f.Requirement == one.ID {
				b.again(one, &e, e.Result)
			}
			if f.Requirement == one.ID && (e.Result == judge.Fail || e.Result == judge.Inconclusive) {
				one.downgrade(e.Result, strings.TrimSuffix(fmt.Sprintf("the experiment %s: %s", e.Name, strings.Join(e.Reasons, "; ")), ": "))
			}
		}
	}
}

// again lets an experiment of a recorded run that was judged again give the result of
// a requirement that has none, and say where the result comes from.
func (b *evidenceBase) again(one *Requirement, e *Experiment, result judge.Result) {
	if !b.recorded || result == judge.NotRun || result == judge.Skipped {
		return
	}
	if one.Result == NotRecorded {
		one.Result, one.Asked, one.Reason = judge.Pass, true, ""
		if result == judge.Inconclusive {
			one.Result, one.Reason = result, fmt.Sprintf("the experiment %s is inconclusive about it", e.Name)
		}
	}
	if e.Again {
		one.Source = SourceJudged
	} else if one.Source == "" {
		one.Source = SourceRecorded
	}
}

// downgrade takes over a graver result. What was seen counts, even if the run was
// not selected.
func (r *Requirement) downgrade(to judge.Result, reason string) {
	if gravity(to) < gravity(r.Result) {
		r.Result, r.Reason, r.Capability, r.Asked = to, firstLine(redact(reason)), "", true
	}
}

// passed reports whether the requirement's result may be part of a green run.
func (r *Requirement) passed() bool { return !r.Asked || r.Result == judge.Pass }

// accepted reports whether it passed or is waived, or was skipped for what the target lacks.
func (r *Requirement) accepted() bool {
	return !r.Asked || r.Result == judge.Pass || r.Result == Waived || r.Result == judge.Skipped && r.Capability != ""
}

// diagnosticsOf finds what was saved when a check of the ID failed.
func (b *evidenceBase) diagnosticsOf(id string) []string {
	var paths []string
	for _, path := range b.diagnostics {
		rest, ok := strings.CutPrefix(path, "diagnostics/"+id)
		if ok && (rest == "" || strings.ContainsAny(rest[:1], "-./_ ")) {
			paths = append(paths, path)
		}
	}
	return paths
}

func gravity(r judge.Result) int { return slices.Index(results, r) }

func suiteNames(suites map[spec.Suite]types.Report) []spec.Suite {
	return sortedKeys(suites)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	const limit = 240
	if runes := []rune(line); len(runes) > limit {
		line = string(runes[:limit]) + "…"
	}
	return line
}

// seconds rounds a duration to milliseconds.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
