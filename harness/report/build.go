package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
)

// Nothing stands, as the only suite, for a run that was asked to judge nothing:
// one that tries mutants. What suites report of a platform that is broken on
// purpose says nothing about it and is left out.
const Nothing spec.Suite = "nothing"

// Build reads a run's directory and judges the run. suites are those that the
// run was asked to run; without any it was asked for those that it says, or for
// all. Damage to any file of the run is an error: a report on half of the evidence
// would mislead.
func Build(r *run.Run, suites ...spec.Suite) (*Report, error) {
	if len(suites) == 0 {
		suites = r.Suites
	}
	return build(r, nil, suites)
}

// BuildRecorded builds the report of a recorded run, from the verdicts on those of its
// experiments that were judged again, by the names of their directories. What the run
// does not hold is NotRecorded.
func BuildRecorded(r *run.Run, again map[string]*judge.Verdict) (*Report, error) {
	if again == nil {
		again = map[string]*judge.Verdict{}
	}
	return build(r, again, nil)
}

// build builds a report. again is nil for a run that is not a recorded one.
func build(r *run.Run, again map[string]*judge.Verdict, suites []spec.Suite) (*Report, error) {
	specified, err := r.Specification()
	if err != nil {
		return nil, err
	}
	ginkgo, err := suitereport.ReadAll(r.Path("ginkgo"))
	if err != nil {
		return nil, err
	}
	if slices.Equal(suites, []spec.Suite{Nothing}) {
		ginkgo = nil
	}
	waivers, err := r.Waivers()
	if err != nil {
		return nil, err
	}
	out := &Report{Version: Version, Run: subject(r, ginkgo)}
	if out.Experiments, err = readExperiments(specified, r.Path("history"), again); err != nil {
		return nil, err
	}
	if out.Mutation, err = readMutation(specified, r.Path("mutants.json")); err != nil {
		return nil, err
	}
	if out.Soak, err = readSoak(r.Path("soak.json")); err != nil {
		return nil, err
	}
	diagnostics, err := list(r, "diagnostics")
	if err != nil {
		return nil, err
	}
	if out.Findings, err = Findings(specified); err != nil {
		return nil, err
	}
	if out.Substitutions, err = substitutions(r.Images); err != nil {
		return nil, err
	}
	base := &evidenceBase{
		spec:   specified,
		target: r.Target, unsupported: r.Unsupported, asked: suites, suites: ginkgo,
		experiments: out.Experiments, diagnostics: diagnostics, recorded: again != nil,
	}
	out.Suites, out.Experiments = orEmpty(base.report()), orEmpty(out.Experiments)
	out.Situations = situationCounts(out.Experiments)
	out.Requirements = base.requirements()
	out.waive(waivers, r.Started)
	out.acceptSkips(r.AcceptSkips)
	out.Unused = specified.Unused()
	out.Counts = count(out.Requirements)
	out.Coverage = out.selection(specified)
	out.judge()
	out.Reproduce = reproduce(r, out)
	if out.Trend, err = trend(r, out); err != nil {
		return nil, err
	}
	return out, nil
}

func subject(r *run.Run, suites map[spec.Suite]types.Report) Subject {
	s := Subject{
		ID: r.ID, Started: r.Started.UTC(), Target: r.Target, Images: cmp.Or(r.Images, "unknown"),
		Command: redact(r.Command), Revision: r.Revision, ClusterUID: r.ClusterUID, Unsupported: map[string]string{},
	}
	for capability, reason := range r.Unsupported {
		s.Unsupported[string(capability)] = redact(reason)
	}
	for _, suite := range suites {
		s.Seconds = math.Max(s.Seconds, seconds(suite.StartTime.Add(suite.RunTime).Sub(r.Started)))
	}
	return s
}

// report sums up each suite, and finds the failures that no requirement shows.
func (b *evidenceBase) report() []Suite {
	var all []Suite
	for _, name := range suiteNames(b.suites) {
		g := b.suites[name]
		s := Suite{
			Name: name, Started: g.StartTime.UTC(), Seconds: seconds(g.RunTime),
			Succeeded: g.SuiteSucceeded, Filter: filter(g),
		}
		if g.SuiteHasProgrammaticFocus {
			s.Failures = append(s.Failures, "checks are focused in the code, so that others were left out")
		}
		for _, reason := range g.SpecialSuiteFailureReasons {
			s.Failures = append(s.Failures, redact(reason))
		}
		for _, one := range g.SpecReports {
			claimed := len(suitereport.IDs(one)) > 0
			if one.LeafNodeType == types.NodeTypeIt {
				s.Checks++
				if one.State == types.SpecStatePassed && !g.SuiteConfig.DryRun || one.Failed() {
					s.Ran++
				}
				if !claimed {
					s.Unclaimed = append(s.Unclaimed, nameOf(one))
				}
			}
			if one.Failed() && !claimed {
				_, reason := result(one, false)
				s.Failures = append(s.Failures, nameOf(one)+": "+firstLine(redact(reason)))
			}
		}
		all = append(all, s)
	}
	return all
}

// list returns the paths below a directory of the run, relative to the run, in
// their order. A missing directory is empty.
func list(r *run.Run, dir string) ([]string, error) {
	entries, err := os.ReadDir(r.Path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the %s: %w", dir, err)
	}
	var paths []string
	for _, entry := range entries {
		paths = append(paths, dir+"/"+entry.Name())
	}
	return paths, nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// reproduce says what it takes to get the same run again, and to see a failure
// again by itself.
func reproduce(r *run.Run, out *Report) Reproduce {
	var commands []string
	if revision, changed := strings.CutSuffix(r.Commit, "+changes"); revision != "" && revision != "unknown" {
		line := "git checkout " + revision
		if changed {
			line += "   # the run had changes on top of it"
		}
		commands = append(commands, line)
	}
	up := "make up"
	if r.Images != "" {
		up = "ASSAY_IMAGES=" + r.Images + " " + up
	}
	commands = append(commands, up)
	if r.Command != "" {
		commands = append(commands, redact(r.Command))
	}
	for _, one := range out.Requirements {
		if one.Asked && !one.passed() && one.Command != "" {
			commands = append(commands, one.Command)
		}
	}
	return Reproduce{
		Commands: commands, Seed: r.Seed, Commit: r.Commit,
		Versions: clone(r.Versions), Digests: clone(r.Digests),
	}
}

// orEmpty is a list that report.json writes as one even if it is empty.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// clone copies a map and makes one of nil, so that report.json has no null.
func clone(m map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, m)
	return out
}
