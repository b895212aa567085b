package judge

import (
	"reflect"
	"testing"
	"time"

	"assay.dev/assay/harness/history"
)

const patience = 60 * time.Second

// status is a watched status of one deployment, seconds after the start.
func status(second int, template string, revision int64, change func(*history.Deployment)) history.Deployment {
	d := history.Deployment{Seen: history.Nanos(second) * history.Nanos(time.Second), Namespace: "todo-app", Name: "d", Revision: revision, Template: template,
		Generation: revision, Observed: revision, Replicas: 1, Updated: 1, Ready: 1, Available: 1}
	if change != nil {
		change(&d)
	}
	return d
}

func missing(d *history.Deployment)  { d.Ready, d.Available, d.Unavailable = 0, 0, 1 }
func surging(d *history.Deployment)  { d.Updated, d.Unavailable = 1, 1 }
func unseen(d *history.Deployment)   { d.Observed-- }
func gone(d *history.Deployment)     { d.Deleted = true }
func exceeded(d *history.Deployment) { surging(d); d.Progressing = "ProgressDeadlineExceeded" }
func scaledDown(d *history.Deployment) {
	d.Replicas, d.Updated, d.Ready, d.Available = 0, 0, 0, 0
}

func TestPhases(t *testing.T) {
	for _, c := range []struct {
		name string
		seen []history.Deployment
		want []State
	}{
		{"a new deployment", []history.Deployment{status(1, "a", 1, missing), status(9, "a", 1, nil)}, []State{Pending, Running}},
		{"one that cannot start", []history.Deployment{status(1, "a", 1, missing), status(61, "a", 1, exceeded)}, []State{Pending, Failed}},
		{"an update", []history.Deployment{status(1, "a", 1, nil), status(2, "b", 2, unseen), status(3, "b", 2, surging), status(9, "b", 2, nil)}, []State{Running, Updating, Running}},
		{"an update that cannot work", []history.Deployment{status(1, "a", 1, nil), status(2, "b", 2, surging), status(62, "b", 2, exceeded)}, []State{Running, Updating, Failed}},
		{"that is undone", []history.Deployment{status(1, "a", 1, nil), status(2, "b", 2, surging), status(62, "b", 2, exceeded), status(63, "a", 3, nil)}, []State{Running, Updating, Failed, RolledBack}},
		{"an update that is undone", []history.Deployment{status(1, "a", 1, nil), status(2, "b", 2, surging), status(9, "b", 2, nil), status(12, "a", 3, surging), status(19, "a", 3, nil)}, []State{Running, Updating, Running, RolledBack}},
		{"back to one before the prior", []history.Deployment{status(1, "a", 1, nil), status(2, "b", 2, nil), status(3, "c", 3, nil), status(4, "a", 4, nil)}, []State{Running, Updating, Running, Updating, Running, Updating, Running}},
		{"a pod that comes back", []history.Deployment{status(1, "a", 1, nil), status(2, "a", 1, missing), status(30, "a", 1, nil)}, []State{Running}},
		{"a pod that does not", []history.Deployment{status(1, "a", 1, nil), status(2, "a", 1, missing), status(90, "a", 1, missing)}, []State{Running, Failed}},
		{"and is healed", []history.Deployment{status(1, "a", 1, nil), status(2, "a", 1, missing), status(90, "a", 1, missing), status(95, "a", 1, nil)}, []State{Running, Failed, Running}},
		{"to zero and back", []history.Deployment{status(1, "a", 1, nil), status(2, "a", 1, scaledDown), status(50, "a", 1, missing), status(55, "a", 1, nil)}, []State{Running}},
		{"deleted and made again", []history.Deployment{status(1, "a", 1, nil), status(2, "a", 1, gone), status(3, "a", 1, missing), status(9, "a", 1, nil)}, []State{Running, Pending, Running}},
		{"first seen in an update", []history.Deployment{status(1, "b", 2, surging), status(9, "b", 2, nil)}, []State{Updating, Running}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []State
			for _, p := range Phases(c.seen, patience, history.Nanos(100*time.Second)) {
				got = append(got, p.State)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAPhaseIsFailedWhenPatienceEnds(t *testing.T) {
	seen := []history.Deployment{status(1, "a", 1, nil), status(10, "a", 1, missing)}
	phases := Phases(seen, patience, history.Nanos(100*time.Second))
	if len(phases) != 2 || phases[1].From != history.Nanos(70*time.Second) || phases[1].First {
		t.Errorf("%+v", phases)
	}
	if !phases[0].First {
		t.Error("the first phase does not begin a path")
	}
}
