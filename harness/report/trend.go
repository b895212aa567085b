package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/runs/run"
)

// Name is the name of the report inside a run's directory.
const Name = "report.json"

// maxPoints is how many runs a trend shows, the newest.
const maxPoints = 30

// Point is one run of the trend.
type Point struct {
	ID           string    `json:"id"`
	Started      time.Time `json:"started"`
	Verdict      Color     `json:"verdict"`
	Partial      bool      `json:"partial"`
	Commit       string    `json:"commit"`
	Seconds      float64   `json:"seconds"`
	Pass         int       `json:"pass"`
	Fail         int       `json:"fail"`
	Inconclusive int       `json:"inconclusive"`
	Skipped      int       `json:"skipped"`
	Waived       int       `json:"waived,omitempty"`
	NotRun       int       `json:"notRun"`
	// Recovery has the time until events flowed again by fault, in seconds.
	Recovery map[string]Value `json:"recovery"`
}

// trend reads the reports of the runs beside this one that started before it and
// were asked for the same, and adds this one. Older runs whose report is of another version are left out.
func trend(r *run.Run, this *Report) ([]Point, error) {
	dirs, err := os.ReadDir(filepath.Dir(r.Path()))
	if err != nil {
		return nil, fmt.Errorf("look for earlier runs: %w", err)
	}
	var points []Point
	for _, dir := range dirs {
		path := filepath.Join(filepath.Dir(r.Path()), dir.Name(), Name)
		if !dir.IsDir() || filepath.Join(filepath.Dir(r.Path()), dir.Name()) == filepath.Clean(r.Path()) {
			continue
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !json.Valid(content) {
			continue // an unfinished run, or one that was killed while it wrote
		}
		if err != nil {
			return nil, fmt.Errorf("read an earlier run: %w", err)
		}
		var old Report
		if err := json.Unmarshal(content, &old); err != nil || !readable(old.Version) {
			continue
		}
		if old.Run.Target == this.Run.Target && old.Run.Command == this.Run.Command && old.Run.Started.Before(this.Run.Started) {
			points = append(points, old.point())
		}
	}
	points = append(points, this.point())
	slices.SortFunc(points, func(a, b Point) int { return a.Started.Compare(b.Started) })
	return points[max(0, len(points)-maxPoints):], nil
}

// point is the run as the trend shows it.
func (r *Report) point() Point {
	p := Point{
		ID: r.Run.ID, Started: r.Run.Started, Verdict: r.Verdict, Partial: r.Partial != "",
		Commit: r.Reproduce.Commit, Seconds: r.Run.Seconds, Recovery: map[string]Value{},
	}
	for _, c := range r.Counts {
		p.Pass, p.Fail, p.Inconclusive = p.Pass+c.Pass, p.Fail+c.Fail, p.Inconclusive+c.Inconclusive
		p.Skipped, p.Waived, p.NotRun = p.Skipped+c.Skipped, p.Waived+c.Waived, p.NotRun+c.NotRun
	}
	for _, e := range r.Experiments {
		for _, f := range e.Faults {
			for _, o := range f.Objectives {
				if o.Name == eventsFlowing && e.Result != judge.Skipped {
					p.Recovery[f.Name] = o.Took
				}
			}
		}
	}
	return p
}
