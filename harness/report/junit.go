package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/spec"
)

// The JUnit schema, as Jenkins and its likes read it: the attributes and the
// order of elements of junit-10.xsd.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string      `xml:"name,attr"`
	ClassName string      `xml:"classname,attr"`
	Time      string      `xml:"time,attr"`
	Skipped   *junitState `xml:"skipped,omitempty"`
	Error     *junitState `xml:"error,omitempty"`
	Failure   *junitState `xml:"failure,omitempty"`
	Output    string      `xml:"system-out,omitempty"`
}

type junitState struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes one test case per requirement, in one test suite per suite. What
// makes the run red is a failure (fail) or an error (all else); what is left out
// or not applicable is skipped.
//
// The test suite "run" has the verdict on the run as its only case: a failure of a red
// run, an error of an inconclusive one.
//
// The file has at most MostFile bytes, its texts MostText, its attributes
// MostAttribute; the property "cut" says what is left out.
func (r *Report) JUnit() ([]byte, error) { return r.fitting("junit.xml", (*Report).junit) }

func (r *Report) junit(d detail) ([]byte, error) {
	root := junitSuites{Name: "assay " + r.Run.ID, Time: junitTime(r.Run.Seconds)}
	root.Name = shown(root.Name, MostAttribute)
	names := []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing, spec.Chaos}
	for _, s := range r.Suites {
		if !slices.Contains(names, s.Name) { // the requirements of its checks are in one of the four
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		suite := junitSuite{Name: string(name), Properties: []junitProperty{
			{"target", string(r.Run.Target)}, {"images", r.Run.Images}, {"revision", r.Run.Revision},
			{"commit", r.Reproduce.Commit}, {"seed", fmt.Sprint(r.Reproduce.Seed)},
		}}
		if r.Cut != "" {
			suite.Properties = append(suite.Properties, junitProperty{"cut", r.Cut})
		}
		if i := slices.IndexFunc(r.Suites, func(s Suite) bool { return s.Name == name }); i >= 0 {
			suite.Timestamp = r.Suites[i].Started.Format(time.RFC3339)
			r.failures(&suite, r.Suites[i])
		}
		total := 0.0
		for i := range r.Requirements {
			if one := &r.Requirements[i]; one.Suite == name {
				suite.add(one.junit())
				total += one.Seconds
			}
		}
		suite.Time = junitTime(total)
		root.Tests, root.Failures, root.Errors = root.Tests+suite.Tests, root.Failures+suite.Failures, root.Errors+suite.Errors
		suite.bound(d)
		root.Suites = append(root.Suites, suite)
	}
	verdict := r.junitVerdict()
	verdict.bound(d)
	root.Tests, root.Failures, root.Errors = root.Tests+1, root.Failures+verdict.Failures, root.Errors+verdict.Errors
	root.Suites = append(root.Suites, verdict)
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

// junitVerdict is the verdict on the run as a test suite.
func (r *Report) junitVerdict() junitSuite {
	suite := junitSuite{
		Name: "run", Time: junitTime(0),
		Properties: []junitProperty{{"verdict", string(r.Verdict)}, {"exit code", fmt.Sprint(r.ExitCode())}},
	}
	c := junitCase{Name: "verdict", ClassName: "assay.run", Time: junitTime(0), Output: r.verdictLine()}
	state := &junitState{Message: r.verdictLine(), Type: string(r.Verdict), Text: strings.Join(r.Reasons, "\n")}
	switch r.Verdict {
	case Green:
	case Red:
		c.Failure = state
	default:
		c.Error = state
	}
	suite.add(c)
	return suite
}

// failures adds a case for each failure that no requirement shows.
func (r *Report) failures(suite *junitSuite, s Suite) {
	for i, failure := range s.Failures {
		suite.add(junitCase{
			Name: fmt.Sprintf("suite failure %d", i+1), ClassName: "assay." + string(s.Name), Time: junitTime(0),
			Error: &junitState{Message: failure, Type: "suite"},
		})
	}
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// junit is the requirement as a test case.
func (r *Requirement) junit() junitCase {
	c := junitCase{
		Name: r.ID + " " + r.Sentence, ClassName: "assay." + string(r.Suite) + "." + r.Section,
		Time: junitTime(r.Seconds), Output: r.junitOutput(),
	}
	state := &junitState{Message: r.Reason, Type: string(r.Result)}
	if len(r.Checks) > 0 {
		state.Text = r.Checks[0].Failure
	}
	switch {
	case r.Asked && r.Result == judge.Pass:
	case r.accepted() || r.Level != spec.Must && r.Result != judge.Fail && r.Result != judge.Inconclusive:
		c.Skipped = &junitState{Message: string(r.Result) + ": " + r.Reason}
	case r.Result == judge.Fail:
		c.Failure = state
	default:
		c.Error = state
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
	for i := range s.Properties {
		s.Properties[i].Value = shown(s.Properties[i].Value, attribute)
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		c.Name, c.ClassName, c.Output = shown(c.Name, attribute), shown(c.ClassName, attribute), shown(c.Output, text)
		for _, state := range []*junitState{c.Skipped, c.Error, c.Failure} {
			if state != nil {
				state.Message, state.Text = shown(state.Message, attribute), shown(state.Text, text)
			}
		}
	}
}

func junitTime(s float64) string { return fmt.Sprintf("%.3f", s) }
