package report

import (
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runner/soak"
	"assay.dev/assay/spec"
)

// Version is the version of report.json. Version 3, which has no waivers, and version 2, which
// had other names of three members, can still be read; a reader refuses any other.
const Version = 4

// NotApplicable is the result of a requirement that cannot be proven on the run's
// target, NotRecorded of one about which a recorded run holds nothing. Both count for
// nothing.
const (
	NotApplicable              = judge.NotApplicable
	NotRecorded   judge.Result = "not recorded"
)

// results lists all results, the most severe first. A requirement with several
// checks has the most severe of theirs.
var results = []judge.Result{
	judge.Fail, judge.Inconclusive, judge.NotRun, judge.Skipped, Waived, judge.Pass, NotRecorded, NotApplicable,
}

// Color is the verdict on the whole run.
type Color string

// Green is a run in which every selected MUST passed, was waived, or was skipped for want of
// a capability that need not be there. Red is one that has seen something broken, or a waiver
// that is not valid. Inconclusive is any other: a selected MUST was inconclusive, skipped or
// not run, or nothing was judged.
const (
	Green        Color = "green"
	Red          Color = "red"
	Inconclusive Color = "inconclusive"
)

// Report is all that a run has found.
type Report struct {
	Version int   `json:"version"`
	Verdict Color `json:"verdict"`
	// Reasons say why the run is not green, the most severe first.
	Reasons []string `json:"reasons,omitempty"`
	// Causes are the reasons with the requirements that each of them breaks and the
	// commands that run their checks again.
	Causes []Cause `json:"causes,omitempty"`
	// Partial says what the run did not select, empty for a whole run.
	Partial string `json:"partial,omitempty"`
	// Coverage is what the run selected, section by section.
	Coverage     Selection     `json:"coverage"`
	Run          Subject       `json:"run"`
	Reproduce    Reproduce     `json:"reproduce"`
	Counts       []Count       `json:"counts"`
	Suites       []Suite       `json:"suites"`
	Requirements []Requirement `json:"requirements"`
	// Waivers are those of the run, in the order of their file.
	Waivers []Waiver `json:"waivers,omitempty"`
	// AcceptedSkips are the capabilities that the target lacks and need not have, for
	// which selected MUSTs were skipped.
	AcceptedSkips []AcceptedSkip `json:"acceptedSkips,omitempty"`
	// Unused are the templates of the catalog that do not apply, since the specification
	// has nothing that they are for.
	Unused      []string     `json:"unused,omitempty"`
	Experiments []Experiment `json:"experiments"`
	// Situations are those of all experiments, with their counts.
	Situations    []SituationCount `json:"situations,omitempty"`
	Findings      []Finding        `json:"findings"`
	Substitutions []Substitution   `json:"substitutions"`
	Mutation      *Mutation        `json:"mutation,omitempty"`
	// Soak is of the repetitions that end with this run, none for a run by itself.
	Soak  *soak.Result `json:"soak,omitempty"`
	Trend []Point      `json:"trend"`
	// Cut says what a file leaves out to stay small, empty in report.json.
	Cut string `json:"-"`
}

// Green reports whether the run is green.
func (r *Report) Green() bool { return r.Verdict == Green }

// ExitCode is the exit code of a command that reports the run: 0 for green, 2 for
// red, 3 for inconclusive.
func (r *Report) ExitCode() int {
	switch r.Verdict {
	case Green:
		return 0
	case Red:
		return 2
	}
	return 3
}

// Cause is one reason why a run is not green.
type Cause struct {
	Verdict      Color    `json:"verdict"` // what it makes of the run
	Text         string   `json:"text"`
	Requirements []string `json:"requirements,omitempty"`
	Commands     []string `json:"commands,omitempty"`
}

// Subject is what was judged, and when.
type Subject struct {
	ID          string            `json:"id"`
	Started     time.Time         `json:"started"`
	Seconds     float64           `json:"seconds"` // until the last suite ended
	Target      spec.Target       `json:"target"`
	Images      string            `json:"images"`
	Command     string            `json:"command"`
	Revision    string            `json:"revision"`
	ClusterUID  string            `json:"clusterUID"`
	Unsupported map[string]string `json:"unsupported"` // reasons by capability
}

// Reproduce is what it takes to get the same run again.
type Reproduce struct {
	Commands []string          `json:"commands"`
	Seed     int64             `json:"seed"`
	Commit   string            `json:"commit"`
	Versions map[string]string `json:"versions"`
	Digests  map[string]string `json:"digests"`
}

// Count counts the requirements of one level by result.
type Count struct {
	Level         spec.Level `json:"level"`
	Total         int        `json:"total"` // those that the run selected
	Pass          int        `json:"pass"`
	Fail          int        `json:"fail"`
	Inconclusive  int        `json:"inconclusive"`
	Skipped       int        `json:"skipped"`
	Waived        int        `json:"waived"`
	NotRun        int        `json:"notRun"`
	NotApplicable int        `json:"notApplicable"`
	NotRecorded   int        `json:"notRecorded,omitempty"`
	LeftOut       int        `json:"leftOut"` // those that the run did not select
}

// Suite is one suite as it went.
type Suite struct {
	Name      spec.Suite `json:"name"`
	Started   time.Time  `json:"started"`
	Seconds   float64    `json:"seconds"`
	Succeeded bool       `json:"succeeded"`
	// Filter is what chose among the suite's checks, empty for all of them.
	Filter string `json:"filter,omitempty"`
	Checks int    `json:"checks"`
	Ran    int    `json:"ran"`
	// Failures are those that no requirement accounts for: a setup, a cleanup,
	// a check without an ID.
	Failures []string `json:"failures,omitempty"`
	// Unclaimed are checks that no requirement claims.
	Unclaimed []string `json:"unclaimed,omitempty"`
}

// Requirement is one requirement with its result.
type Requirement struct {
	ID       string        `json:"id"`
	Level    spec.Level    `json:"level"`
	Sentence string        `json:"sentence"`
	Section  string        `json:"section"`
	Suite    spec.Suite    `json:"suite"`
	Targets  []spec.Target `json:"targets"`
	Why      string        `json:"why,omitempty"` // of a derived requirement
	Result   judge.Result  `json:"result"`
	// Waiver is the waiver of a requirement whose result is waived. It has the result
	// that the requirement would have without.
	Waiver *Waiver `json:"waiver,omitempty"`
	// Asked reports whether the run selected it and the target is right; only then
	// does it count.
	Asked bool `json:"asked"`
	// Source says what the result of a recorded run comes from: SourceJudged or
	// SourceRecorded. It is empty for a run that is not recorded.
	Source string `json:"source,omitempty"`
	// Command runs exactly its checks again, empty where no command can.
	Command string `json:"command,omitempty"`
	// Changes are what to change so that a failed check passes, where the
	// specification gives the value.
	Changes []Change `json:"changes,omitempty"`
	// Reason says in a line why the result is not pass.
	Reason string `json:"reason,omitempty"`
	// Capability is what the target lacks, if that is why it was skipped.
	Capability spec.Capability `json:"capability,omitempty"`
	// SkipAccepted reports that the target need not have what it was skipped for.
	SkipAccepted bool      `json:"skipAccepted,omitempty"`
	Seconds      float64   `json:"seconds"`
	Checks       []Check   `json:"checks,omitempty"`
	Guarantees   []Backing `json:"guarantees,omitempty"`
	Diagnostics  []string  `json:"diagnostics,omitempty"` // paths inside the run

	// unsupported are all capabilities that its checks were skipped for, partly says that
	// the run's filter left out some of its checks. Both are known while a report is built.
	unsupported []spec.Capability
	partly      bool
}

// Backing is a guarantee of an experiment that names the requirement.
type Backing struct {
	Experiment string       `json:"experiment"`
	Guarantee  string       `json:"guarantee"`
	Result     judge.Result `json:"result"`
}

// Check is one check as it went.
type Check struct {
	Name     string       `json:"name"`
	Place    string       `json:"place"` // file:line of the check
	Result   judge.Result `json:"result"`
	Seconds  float64      `json:"seconds"`
	Attempts int          `json:"attempts"`
	Evidence []Evidence   `json:"evidence,omitempty"`
	Failure  string       `json:"failure,omitempty"`
	At       string       `json:"at,omitempty"`     // file:line of the failure
	Output   string       `json:"output,omitempty"` // the end of what a failed check wrote
}

// Evidence is something that a check saw. Suites write it by harness/expect.
type Evidence struct {
	What     string `json:"what"`
	From     string `json:"from"`
	Object   string `json:"object,omitempty"` // "Deployment todo-app/todo-backend", where there is one
	Expected string `json:"expected,omitempty"`
	Seen     string `json:"seen"`
}

// The sources of a result in a recorded run: its history was judged again, or what
// was reported at the time was read.
const (
	SourceJudged   = "judged again"
	SourceRecorded = "recorded"
)
