package judge

import (
	"fmt"
	"slices"

	"assay.dev/assay/harness/history"
)

// The classes of violations.
const (
	Lost       = "lost"       // it should be there and is not
	Duplicated = "duplicated" // it is there more often than it may be
	Unexpected = "unexpected" // nothing is known that could have caused it
	Illegal    = "illegal"    // it is not what, or where, it may be
	Reordered  = "reordered"  // it overtook what came before it
	Queued     = "queued"     // not committed at the end of the run
	Late       = "late"       // it came, but after its time
)

// maxShown is how many violations of a guarantee a verdict keeps with their traces.
// The rest is counted.
const maxShown = 20

// finding is what a guarantee's function found.
type finding struct {
	checked    int64
	unit       string // what checked counts
	violations []Violation
	count      int64
	// reasons say why the guarantee cannot be judged to the end.
	reasons []string
	// conclusive counts the violations that nothing excuses, whatever was missed.
	conclusive int64

	// requirement is the one that what is judged next would break, empty for all
	// that the guarantee is for. blamed are those that were broken.
	requirement string
	blamed      []string

	// topic is the topic of what is being judged, 0 if it is of none or of any.
	topic uint8
	// judged and broken are the topics of what was judged, and of what broke the
	// guarantee.
	judged, broken [256]bool
}

// of says of which topic is what is judged next.
func (f *finding) of(topic uint8) { f.topic = topic }

// blames says which requirement what is judged next would break.
func (f *finding) blames(requirement string) { f.requirement = requirement }

// evaluate counts one thing that the guarantee evaluates.
func (f *finding) evaluate() { f.evaluateN(1) }

// evaluateN counts several of them.
func (f *finding) evaluateN(n int64) {
	f.checked += n
	f.judged[f.topic] = f.judged[f.topic] || n > 0
}

// inconclusive notes what could not be seen.
func (f *finding) inconclusive(format string, a ...any) {
	if len(f.reasons) < maxShown {
		f.reasons = append(f.reasons, fmt.Sprintf(format, a...))
	}
}

// violation notes a violation by something that is no event.
func (f *finding) violation(class, name, format string, a ...any) {
	f.count++
	f.broken[f.topic] = true
	if !slices.Contains(f.blamed, f.requirement) {
		f.blamed = append(f.blamed, f.requirement)
	}
	if len(f.violations) < maxShown {
		f.violations = append(f.violations, Violation{Requirement: f.requirement, Class: class, ID: name, Text: fmt.Sprintf(format, a...)})
	}
}

// violationBy notes a violation by an event, with its trace.
func (j *judgement) violationBy(f *finding, class string, n uint32, format string, a ...any) {
	f.violation(class, j.ix.ids.text(n), format, a...)
	if f.count <= maxShown {
		f.violations[len(f.violations)-1].Trace = j.trace(n)
	}
}

// guarantee is something that the specification promises, and the function that
// judges a history by it.
type guarantee struct {
	name         string
	requirements []string
	// promise is the guarantee in a sentence.
	promise string
	// needs are the kinds of entries without which it cannot be judged.
	needs []history.Kind
	// excuses are the kinds of entries that may excuse a violation: one is inconclusive
	// if some of them were missed.
	excuses []history.Kind
	judge   func(*judgement, *finding)
	// conclusive says that what was missed cannot have caused a violation: one that
	// was found stands, whatever else an observer missed.
	conclusive bool
	// more are further requirements, by what the history holds.
	more func(*judgement) []string
	// applies says why a specification makes it impossible to judge, or nothing; nil: every
	// one makes it possible.
	applies func(*Rules) string
	// effects says that it rests on what applications show of events.
	effects bool
	// clock says that it rests on the wall clock: without one that went as it should,
	// it is neither kept nor broken.
	clock bool
}

// run judges one guarantee. What is broken for some of its requirements alone is
// returned in two parts: that they are broken, and that the others are not.
func (g *guarantee) run(j *judgement, missing map[history.Kind]missingObservation, unseen []observationGap, required bool) []Guarantee {
	if g.applies != nil && j != nil {
		if why := g.applies(&j.ix.rules); why != "" {
			return []Guarantee{{Name: g.name, Requirements: g.forAll(j), Result: NotApplicable, Text: g.promise + " It does not apply: " + why + "."}}
		}
	}
	f := &finding{unit: "events"}
	out := g.result(j, f, missing, unseen, required)
	if g.effects && j != nil && out.Result != NotRun {
		out.Text += j.ix.rules.weaker()
	}
	if out.Result != Fail || len(f.blamed) == 0 || slices.Contains(f.blamed, "") {
		return []Guarantee{out}
	}
	others := slices.DeleteFunc(slices.Clone(out.Requirements), func(id string) bool { return slices.Contains(f.blamed, id) })
	out.Requirements = slices.Sorted(slices.Values(f.blamed))
	if len(others) == 0 {
		return []Guarantee{out}
	}
	rest := Guarantee{Name: g.name + othersSuffix, Requirements: others, Result: Pass, Checked: f.checked}
	rest.Text = fmt.Sprintf("%s No violation of these requirements in %d %s.", g.promise, f.checked, f.unit)
	return []Guarantee{out, rest}
}

// forAll are all requirements that the guarantee is for.
func (g *guarantee) forAll(j *judgement) []string {
	if g.more == nil {
		return g.requirements
	}
	return append(append([]string(nil), g.requirements...), g.more(j)...)
}

// othersSuffix is behind the name of a guarantee whose violations blame other
// requirements than those that the entry is for.
const othersSuffix = " (other requirements)"

func (g *guarantee) result(j *judgement, f *finding, missing map[history.Kind]missingObservation, unseen []observationGap, required bool) Guarantee {
	g.judge(j, f)
	if why := j.unreached(g.name); why != "" && f.count == 0 {
		f.inconclusive("%s", why)
	}
	out := Guarantee{Name: g.name, Requirements: g.forAll(j), Checked: f.checked, Violations: f.violations, Count: f.count}
	reasons, damaged := f.reasons, false
	if trouble := j.clockTrouble(g); trouble != "" {
		reasons, damaged = append(reasons, trouble), true
	}
	for _, kind := range g.needs {
		if l, missingKind := missing[kind]; missingKind {
			reasons = append(reasons, l.why)
			damaged = damaged || l.damaged
		}
	}
	for _, kind := range g.excuses {
		if l, missingKind := missing[kind]; missingKind && f.count > 0 && f.conclusive == 0 {
			reasons = append(reasons, l.why)
		}
	}
	// What went unseen in one topic makes inconclusive what was judged by that topic. What
	// is broken elsewhere is broken.
	conclusive := g.conclusive && !damaged
	if gaps := g.gapsOf(j, f, unseen); len(gaps) > 0 {
		conclusive = conclusive || len(reasons) == 0 && f.brokenBeside(j, unseen)
		reasons = append(reasons, gaps...)
	}
	broken := fmt.Sprintf("%s %s in %d %s.", g.promise, counted(f.count), f.checked, f.unit)
	switch {
	case f.count > 0 && (len(reasons) == 0 || conclusive):
		out.Result, out.Text = Fail, broken
	case f.count > 0:
		out.Result, out.Text = Inconclusive, broken+" But "+reasons[0]+"."
	case f.checked == 0 && !required && len(f.reasons) == 0:
		out.Result, out.Text = NotRun, g.promise+" There was nothing to judge."
	case f.checked == 0 && len(reasons) == 0:
		out.Result, out.Text = Inconclusive, g.promise+" There was nothing to judge."
	case len(reasons) > 0:
		out.Result = Inconclusive
		out.Text = fmt.Sprintf("%s No violation seen in %d %s, but %s.", g.promise, f.checked, f.unit, reasons[0])
	default:
		out.Result, out.Text = Pass, fmt.Sprintf("%s No violation in %d %s.", g.promise, f.checked, f.unit)
	}
	return out
}

// counted is a number of violations as a text.
func counted(n int64) string {
	if n == 1 {
		return "1 violation"
	}
	return fmt.Sprintf("%d violations", n)
}
