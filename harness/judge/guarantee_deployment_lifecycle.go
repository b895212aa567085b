package judge

import (
	"fmt"

	"assay.dev/assay/harness/history"
)

// drawn are the arrows of the deployment lifecycle. A deployment that was rolled
// back runs, and goes on like one that runs. No arrow leaves Failed: whoever
// repairs a deployment starts it again, so what follows is no transition.
var drawn = map[State][]State{
	Pending:    {Running, Failed},
	Running:    {Updating, Failed, RolledBack},
	Updating:   {Running, Failed},
	RolledBack: {Updating, Failed, RolledBack, Running},
}

// deploymentLifecycle judges lifecycle.starts to lifecycle.no-other-transition: deployments move along the arrows
// of their lifecycle only, none stays between two states, and their revisions
// count their templates.
func deploymentLifecycle(j *judgement, f *finding) {
	f.unit = "transitions"
	seen := j.ix.small.Deployments
	phases := Phases(seen, j.ix.rules.FailedAfter, j.ix.end)
	for i, p := range phases {
		name := p.Namespace + "/" + p.Name
		if !p.First {
			f.evaluate()
			if from := phases[i-1].State; from != Failed && !arrow(from, p.State) {
				f.blames("lifecycle.no-other-transition")
				f.violation(Illegal, name, "it went from %s to %s", from, p.State)
				f.tracePhases(phases, p)
			}
		}
		last := i == len(phases)-1 || phases[i+1].First
		unfinished := p.State == Pending || p.State == Updating
		if bound := history.Nanos(j.ix.rules.FailedAfter + j.ix.rules.Delivered); last && unfinished && j.ix.end-p.From > bound {
			f.blames(unfinishedRequirements[p.State])
			f.violation(Illegal, name, "it was %s for %v and became neither Running nor Failed", p.State, duration(j.ix.end-p.From))
			f.tracePhases(phases, p)
		}
	}
	revisions(f, seen)
}

// unfinishedRequirements are for deployments that stay in a state.
var unfinishedRequirements = map[State]string{Pending: "lifecycle.starts", Updating: "lifecycle.completes"}

func arrow(from, to State) bool {
	for _, s := range drawn[from] {
		if s == to {
			return true
		}
	}
	return false
}

// revisions judges that a new template is a new revision and nothing else is.
func revisions(f *finding, seen []history.Deployment) {
	before := map[string]history.Deployment{}
	for _, d := range seen {
		name := d.Namespace + "/" + d.Name
		b, known := before[name]
		before[name] = d
		if d.Deleted {
			delete(before, name)
			continue
		}
		if !known || d.Observed < d.Generation || b.Observed < b.Generation {
			continue // the controller has not counted yet
		}
		f.blames("lifecycle.updates")
		switch {
		case d.Revision < b.Revision:
			f.blames("lifecycle.undone")
			f.violation(Illegal, name, "its revision went from %d back to %d", b.Revision, d.Revision)
		case d.Revision != b.Revision && d.Template == b.Template:
			f.violation(Illegal, name, "its revision went from %d to %d without another template", b.Revision, d.Revision)
		case d.Revision == b.Revision && d.Template != b.Template:
			f.violation(Illegal, name, "its template changed and its revision stayed %d", b.Revision)
		}
	}
}

// tracePhases adds the path of a phase's deployment to the last violation.
func (f *finding) tracePhases(phases []Phase, of Phase) {
	if f.count > maxShown {
		return
	}
	v := &f.violations[len(f.violations)-1]
	for _, p := range phases {
		if p.Namespace == of.Namespace && p.Name == of.Name {
			v.Trace = append(v.Trace, fmt.Sprintf("%9.3fs %s, revision %d", float64(p.From)/1e9, p.State, p.Revision))
		}
	}
}
