package judge

import (
	"cmp"
	"slices"
	"time"

	"assay.dev/assay/harness/history"
)

// State is a state of the deployment lifecycle.
type State string

// The states that the specification draws.
const (
	Pending    State = "Pending"
	Running    State = "Running"
	Updating   State = "Updating"
	Failed     State = "Failed"
	RolledBack State = "Rolled Back"
)

// Phase is a time that a deployment spent in one state, until its next phase.
type Phase struct {
	Namespace, Name string
	State           State
	From            history.Nanos
	Revision        int64
	Template        string
	// First says that it starts a path: the deployment is new, or was first seen
	// in this state, or was deleted and made again.
	First bool
}

// Phases tells the states that each deployment went through, by namespace, name
// and time, from what the watch reported until end. How states follow from the
// status:
//
//   - Pending: never complete so far. Complete means that all wanted pods are of
//     the present template and available.
//   - Running: complete, or missing pods for less than failedAfter.
//   - Updating: the template is another one than before, and not complete.
//   - Failed: Kubernetes says ProgressDeadlineExceeded, or a running deployment
//     has missed pods for failedAfter.
//   - Rolled Back: complete with the template that was complete before the present
//     one, or before an update that has not completed. Until then a deployment
//     that is being undone stays in the state that it was in. An update that
//     brings back that template is no different from an undo.
func Phases(seen []history.Deployment, failedAfter time.Duration, end history.Nanos) []Phase {
	sorted := slices.Clone(seen)
	slices.SortStableFunc(sorted, func(a, b history.Deployment) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Seen, b.Seen))
	})
	var all []Phase
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && sorted[to].Namespace == sorted[from].Namespace && sorted[to].Name == sorted[from].Name {
			to++
		}
		l := life{patience: history.Nanos(failedAfter)}
		for i := from; i < to; i++ {
			l.see(&sorted[i])
		}
		l.wait(end)
		all = append(all, l.phases...)
		from = to
	}
	return all
}

// life follows one deployment.
type life struct {
	patience history.Nanos
	phases   []Phase
	now      history.Deployment
	state    State // empty: it is not there
	ran      []string
	undoing  bool
	missing  history.Nanos // since when pods are missing, -1 if none is
}

func complete(d *history.Deployment) bool {
	return d.Observed >= d.Generation && d.Updated >= d.Replicas && d.Available >= d.Replicas && d.Unavailable == 0
}

func (l *life) enter(s State, at history.Nanos) {
	if l.state == s {
		return
	}
	l.phases = append(l.phases, Phase{Namespace: l.now.Namespace, Name: l.now.Name, State: s, From: at,
		Revision: l.now.Revision, Template: l.now.Template, First: l.state == ""})
	l.state = s
}

// see takes the next status.
func (l *life) see(d *history.Deployment) {
	l.wait(d.Seen)
	before := l.now
	l.now = *d
	if d.Deleted {
		*l = life{patience: l.patience, phases: l.phases}
		return
	}
	if l.state == "" {
		l.missing = -1
		switch {
		case complete(d):
			l.completed(d)
		case d.Revision > 1:
			l.enter(Updating, d.Seen)
		default:
			l.enter(Pending, d.Seen)
		}
	} else if d.Template != before.Template {
		l.change(before.Template, d)
	}
	switch {
	case d.Progressing == "ProgressDeadlineExceeded":
		l.enter(Failed, d.Seen)
	case complete(d):
		l.completed(d)
	case l.missing < 0 && d.Available < d.Replicas:
		l.missing = d.Seen
	}
}

// change takes a template that is another one than before.
func (l *life) change(before string, d *history.Deployment) {
	if len(l.ran) == 0 {
		l.enter(Pending, d.Seen) // it never ran: it starts once more
		return
	}
	last := l.ran[len(l.ran)-1]
	switch {
	case before != last:
		l.undoing = d.Template == last
	case len(l.ran) > 1:
		l.undoing = d.Template == l.ran[len(l.ran)-2]
	default:
		l.undoing = false
	}
	if !l.undoing {
		l.enter(Updating, d.Seen)
	}
}

// completed takes a status in which nothing is missing.
func (l *life) completed(d *history.Deployment) {
	switch {
	case l.undoing:
		l.enter(RolledBack, d.Seen)
	case l.state != RolledBack:
		l.enter(Running, d.Seen)
	}
	l.undoing, l.missing = false, -1
	if len(l.ran) == 0 || l.ran[len(l.ran)-1] != d.Template {
		l.ran = append(l.ran, d.Template)
	}
}

// wait lets time pass until a moment.
func (l *life) wait(until history.Nanos) {
	running := l.state == Running || l.state == RolledBack
	if running && !l.undoing && l.missing >= 0 && until-l.missing > l.patience {
		l.enter(Failed, l.missing+l.patience)
	}
}
