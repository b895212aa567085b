package replay

import (
	"errors"
	"fmt"
	"path/filepath"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/runs/run"
)

// lostEvent is the kind of anomaly that takes one accepted event out of a history.
const lostEvent = "lost-event"

// writeLostEvent writes the run with one history, out of which an accepted event was
// taken.
func writeLostEvent(from *run.Run, dir string) error {
	id := from.ID + "-" + LostEvent
	if err := writeRun(from, dir, id); err != nil {
		return err
	}
	kind := anomaly.ByName(lostEvent)
	if kind == nil {
		return fmt.Errorf("there is no anomaly %s", lostEvent)
	}
	source := from.Path("history", first)
	s, err := from.Specification()
	if err != nil {
		return err
	}
	rules, err := judge.SavedRules(source, judge.FromSpec(s))
	if err != nil {
		return err
	}
	complete, err := history.Open(source)
	if err != nil {
		return err
	}
	lossy, _ := kind.Inject(complete, rules, 1)
	if lossy == nil {
		return errors.New("the history has no event that could be removed")
	}
	lossy.Header.Run = id
	to := filepath.Join(dir, "history", first)
	if err := lossy.Save(to); err != nil {
		return err
	}
	return judge.Save(to, rules, judge.Judge(lossy, rules))
}
