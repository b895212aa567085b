package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/reporters"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// JUnit writes one test case per requirement, in one test suite per suite, in the form of
// Ginkgo's reporter (https://onsi.github.io/ginkgo/#generating-reports). What
// makes the run red is a failure (fail) or an error (all else); what is waived, left out
// or not applicable is skipped.
//
// The test suite "run" has the verdict on the run as its only case: a failure of a red
// run, an error of an inconclusive one.
//
// The file has at most MostFile bytes, its texts MostText, its attributes
// MostAttribute; the property "cut" says what is left out.
func (r *Report) JUnit() ([]byte, error) { return r.fitting("junit.xml", (*Report).junit) }

func (r *Report) junit(d detail) ([]byte, error) {
	root := reporters.JUnitTestSuites{Time: r.Run.Seconds}
	names := []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing, spec.Chaos}
	for _, s := range r.Suites {
		if !slices.Contains(names, s.Name) { // the requirements of its checks are in one of the four
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		suite := junitSuite{Name: string(name)}
		suite.property("run", r.Run.ID, "target", string(r.Run.Target), "images", r.Run.Images, "revision", r.Run.Revision,
			"commit", r.Reproduce.Commit, "seed", fmt.Sprint(r.Reproduce.Seed))
		if r.Cut != "" {
			suite.property("cut", r.Cut)
		}
		if i := slices.IndexFunc(r.Suites, func(s Suite) bool { return s.Name == name }); i >= 0 {
			suite.Timestamp = r.Suites[i].Started.Format(time.RFC3339)
			suite.failures(r.Suites[i])
		}
		for i := range r.Requirements {
			if one := &r.Requirements[i]; one.Suite == name {
				suite.add(one.junit())
			}
		}
		suite.into(&root, d)
	}
	r.junitVerdict().into(&root, d)
	var out bytes.Buffer
	out.WriteString(xml.Header)
	encoder := xml.NewEncoder(&out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, err
	}
	out.WriteString("\n")
	return out.Bytes(), nil
}

// junitSuite is a test suite of a report.
type junitSuite reporters.JUnitTestSuite

// property adds pairs of a name and a value.
func (s *junitSuite) property(pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		s.Properties.Properties = append(s.Properties.Properties, reporters.JUnitProperty{Name: pair[0], Value: pair[1]})
	}
}

// into ends the suite: its texts are shortened, and it is counted.
func (s *junitSuite) into(root *reporters.JUnitTestSuites, d detail) {
	s.bound(d)
	root.Tests, root.Failures, root.Errors = root.Tests+s.Tests, root.Failures+s.Failures, root.Errors+s.Errors
	root.TestSuites = append(root.TestSuites, reporters.JUnitTestSuite(*s))
}

// junitVerdict is the verdict on the run as a test suite.
func (r *Report) junitVerdict() *junitSuite {
	suite := &junitSuite{Name: "run"}
	suite.property("verdict", string(r.Verdict), "exit code", fmt.Sprint(r.ExitCode()))
	c := reporters.JUnitTestCase{Name: "verdict", Classname: "assay.run", Status: string(r.Verdict), SystemOut: r.verdictLine()}
	state := reporters.JUnitFailure{Message: r.verdictLine(), Type: string(r.Verdict), Description: strings.Join(r.Reasons, "\n")}
	switch r.Verdict {
	case Green:
	case Red:
		c.Failure = &state
	default:
		c.Error = (*reporters.JUnitError)(&state)
	}
	suite.add(c)
	return suite
}

// failures adds a case for each failure that no requirement shows.
func (s *junitSuite) failures(of Suite) {
	for i, failure := range of.Failures {
		s.add(reporters.JUnitTestCase{
			Name: fmt.Sprintf("suite failure %d", i+1), Classname: "assay." + string(of.Name), Status: "error",
			Error: &reporters.JUnitError{Message: failure, Type: "suite"},
		})
	}
}

func (s *junitSuite) add(c reporters.JUnitTestCase) {
	s.Tests++
	s.Time += c.Time
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.TestCases = append(s.TestCases, c)
}

// junit is the requirement as a test case.
func (r *Requirement) junit() reporters.JUnitTestCase {
	c := reporters.JUnitTestCase{
		Name: r.ID + " " + r.Sentence, Classname: "assay." + string(r.Suite) + "." + r.Section, Status: string(r.Result),
		Time: r.Seconds, SystemOut: r.junitOutput(),
	}
	state := reporters.JUnitFailure{Message: r.Reason, Type: string(r.Result)}
	if len(r.Checks) > 0 {
		state.Description = r.Checks[0].Failure
	}
	switch {
	case r.Asked && r.Result == judge.Pass:
	case r.Waiver != nil:
		c.Skipped = &reporters.JUnitSkipped{Message: fmt.Sprintf("%s (%s); found: %s", r.Waiver, r.Waiver.Entry, r.Reason)}
	case r.accepted() || r.Level != spec.Must && r.Result != judge.Fail && r.Result != judge.Inconclusive:
		c.Skipped = &reporters.JUnitSkipped{Message: string(r.Result) + ": " + r.Reason}
	case r.Result == judge.Fail:
		c.Failure = &state
	default:
		c.Error = (*reporters.JUnitError)(&state)
	}
	return c
}

// junitOutput lists the evidence.
func (r *Requirement) junitOutput() string {
	var b strings.Builder
	if r.Source != "" {
		b.WriteString(r.Source + "\n")
	}
	if r.Command != "" {
		b.WriteString("run again: " + r.Command + "\n")
	}
	for _, change := range r.Changes {
		fmt.Fprintf(&b, "change %s of %s: seen %s, wanted %s\n", change.Field, change.Object, change.Seen, change.Wanted)
	}
	for _, check := range r.Checks {
		for _, e := range check.Evidence {
			fmt.Fprintf(&b, "%s: %s", e.What, e.Seen)
			if e.Expected != "" && e.Expected != e.Seen {
				fmt.Fprintf(&b, " (expected %s)", e.Expected)
			}
			fmt.Fprintf(&b, ", from %s\n", e.From)
		}
	}
	return b.String()
}

// bound shows all texts as they may be, in as many bytes as readers take.
func (s *junitSuite) bound(d detail) {
	text, attribute := min(d.text, MostText), min(d.text, MostAttribute)
	s.Name = shown(s.Name, attribute)
	for i := range s.Properties.Properties {
		value := &s.Properties.Properties[i].Value
		*value = shown(*value, attribute)
	}
	for i := range s.TestCases {
		c := &s.TestCases[i]
		c.Name, c.Classname, c.SystemOut = shown(c.Name, attribute), shown(c.Classname, attribute), shown(c.SystemOut, text)
		for _, state := range []*reporters.JUnitFailure{c.Failure, (*reporters.JUnitFailure)(c.Error)} {
			if state != nil {
				state.Message, state.Description = shown(state.Message, attribute), shown(state.Description, text)
			}
		}
		if c.Skipped != nil {
			c.Skipped.Message = shown(c.Skipped.Message, attribute)
		}
	}
}
