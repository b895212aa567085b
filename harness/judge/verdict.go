package judge

import "slices"

// Result is the verdict on a guarantee, an experiment or a requirement. Only
// Pass is green.
type Result string

// The results. Inconclusive is a fault that was not proven, too little load, or
// an observer that was lost: what would have failed may have gone unseen.
const (
	Pass         Result = "pass"
	Fail         Result = "fail"
	Inconclusive Result = "inconclusive"
	Skipped      Result = "skipped"
	NotRun       Result = "not run"
	// NotApplicable is a guarantee that the specification makes impossible to judge.
	NotApplicable Result = "not applicable"
)

// VerdictVersion is the version of verdict.json.
const VerdictVersion = 1

// Verdict is what a history was judged to be, as verdict.json keeps it.
type Verdict struct {
	Version    int    `json:"version"`
	Run        string `json:"run"`
	Experiment string `json:"experiment"`
	Result     Result `json:"result"`
	// Reasons say why the result is not pass, the most severe first.
	Reasons    []string    `json:"reasons,omitempty"`
	Totals     Totals      `json:"totals"`
	Guarantees []Guarantee `json:"guarantees"`
	// Visibility says by what it was judged what each group does about each topic.
	Shown []Shown `json:"evidence,omitempty"`
	// Situations count how often the history came to what puts guarantees to the test.
	Situations []Situation `json:"situations,omitempty"`
}

// Totals count the events of a history by where they ended. Accepted are events
// that an answer named; Found are the others that are in Kafka: those that a
// request caused beside the event that its answer names, and those whose answer did not come. Each
// of both ended in one of five ways:
//
//	Accepted + Found = Processed + Failed + Expired + Queued + Lost
//
// Refused and Unknown count attempts. Duplicated are events that a subscriber
// processed more than once, allowed or not.
type Totals struct {
	Accepted   int64 `json:"accepted"`
	Found      int64 `json:"found"`
	Refused    int64 `json:"refused"`
	Unknown    int64 `json:"unknown"`
	InKafka    int64 `json:"inKafka"`
	Processed  int64 `json:"processed"`
	Failed     int64 `json:"failed"`
	Expired    int64 `json:"expired"`
	Queued     int64 `json:"queued"`
	Lost       int64 `json:"lost"`
	Duplicated int64 `json:"duplicated"`
	Unexpected int64 `json:"unexpected"`
}

// Guarantee is one thing that the specification promises, evaluated for a history.
type Guarantee struct {
	Name         string   `json:"name"`
	Requirements []string `json:"requirements"`
	Result       Result   `json:"result"`
	// Text says in a sentence what was found; Checked how many events, records
	// or transitions it was evaluated for. A guarantee that was evaluated for nothing
	// is inconclusive.
	Text       string      `json:"text"`
	Checked    int64       `json:"checked"`
	Violations []Violation `json:"violations,omitempty"` // the first ones
	Count      int64       `json:"count"`                // all of them
}

// For returns the guarantees of a verdict that are for a requirement. Where some of
// the requirements of a guarantee are broken, those that are not have a guarantee of
// their own: a requirement is broken only by what blames it.
func For(v *Verdict, requirement string) []Guarantee {
	return slices.DeleteFunc(slices.Clone(v.Guarantees), func(g Guarantee) bool { return !slices.Contains(g.Requirements, requirement) })
}

// Violation is one event or object that breaks a guarantee, with its trace:
// where it was seen, in order.
type Violation struct {
	// Requirement is the one whose rule was broken, where the guarantee is for
	// several; empty: all of them.
	Requirement string   `json:"requirement,omitempty"`
	Class       string   `json:"class"` // lost, duplicated, unexpected, illegal, reordered, …
	ID          string   `json:"id"`
	Text        string   `json:"text"`
	Trace       []string `json:"trace,omitempty"`
}
