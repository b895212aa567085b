package replay

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
)

// mostDemo is how many bytes a recorded run of the checkout has at most.
const mostDemo = 2 << 20

// The recorded runs that come with the checkout.
const (
	Healthy   = "healthy"
	LostEvent = "lost-event"
	// first is the experiment that is always judged again, and that an event is taken
	// out of.
	first = "eventing"
)

// Demo is a recorded run that was made.
type Demo struct {
	Path             string
	Bytes            int64
	Judged, Recorded int // experiments with and without their history
}

// RecordDemo makes the recorded runs below a directory again from a saved run: the
// healthy one with all that its suites reported and as many histories as fit, and one
// out of whose history an event was taken. It changes neither unless the healthy one is
// green and the other is red for one cause.
func RecordDemo(from *run.Run, root string) ([]Demo, error) {
	var made []Demo
	for _, one := range []struct {
		name  string
		write func(*run.Run, string) error
		right func(*report.Report) bool
	}{
		{Healthy, writeHealthy, (*report.Report).Green},
		{LostEvent, writeLostEvent, func(r *report.Report) bool { return r.Verdict == report.Red && len(r.Causes) == 1 }},
	} {
		next := filepath.Join(root, "."+one.name+".next")
		if err := os.RemoveAll(next); err != nil {
			return nil, fmt.Errorf("record the demo: %w", err)
		}
		defer func() { _ = os.RemoveAll(next) }()
		if err := one.write(from, next); err != nil {
			return nil, fmt.Errorf("record the demo %s: %w", one.name, err)
		}
		demo, built, err := measure(next)
		if err != nil {
			return nil, fmt.Errorf("record the demo %s: %w", one.name, err)
		}
		if demo.Bytes > mostDemo || !one.right(built) {
			return nil, fmt.Errorf("record the demo %s: it is %s with %d bytes, most %d:\n%s", one.name, built.Verdict, demo.Bytes, mostDemo, strings.Join(built.Reasons, "\n"))
		}
		demo.Path = filepath.Join(root, one.name)
		made = append(made, demo)
	}
	for _, demo := range made {
		next := filepath.Join(root, "."+filepath.Base(demo.Path)+".next")
		if err := errors.Join(os.RemoveAll(demo.Path), os.Rename(next, demo.Path)); err != nil {
			return nil, fmt.Errorf("record the demo: %w", err)
		}
	}
	return made, nil
}

// measure replays a recorded run and counts its bytes.
func measure(dir string) (Demo, *report.Report, error) {
	var demo Demo
	r, err := run.Open(dir)
	if err != nil {
		return demo, nil, err
	}
	verdicts, err := Run(dir)
	if err != nil {
		return demo, nil, err
	}
	again := map[string]*judge.Verdict{}
	for _, v := range verdicts {
		again[v.Experiment] = v
	}
	built, err := report.BuildRecorded(r, again)
	if err != nil {
		return demo, nil, err
	}
	demo.Judged, demo.Recorded = len(verdicts), len(built.Experiments)-len(verdicts)
	demo.Bytes, err = size(dir)
	return demo, built, err
}

func size(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

// writeHealthy writes the run, what its suites reported, and the verdicts and as many
// histories as fit, the smallest first.
func writeHealthy(from *run.Run, dir string) error {
	if err := writeRun(from, dir, from.ID); err != nil {
		return err
	}
	reports, err := filepath.Glob(from.Path("ginkgo", "*.json"))
	if err != nil {
		return err
	}
	for _, path := range reports {
		if err := writeReport(path, filepath.Join(dir, "ginkgo", filepath.Base(path))); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(from.Path("history"))
	if err != nil {
		return err
	}
	sizes := map[string]int64{}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if _, err := os.Stat(from.Path("history", name, judge.VerdictFile)); !entry.IsDir() || err != nil {
			continue
		}
		if sizes[name], err = size(from.Path("history", name)); err != nil {
			return err
		}
		names = append(names, name)
		if err := copyFile(from.Path("history", name, judge.VerdictFile), filepath.Join(dir, "history", name, judge.VerdictFile)); err != nil {
			return err
		}
	}
	if !slices.Contains(names, first) {
		return fmt.Errorf("the run %s has no experiment %s", from.ID, first)
	}
	sizes[first] = 0 // it comes first
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(sizes[a], sizes[b]) })
	for _, name := range names {
		sum, err := size(dir)
		if err != nil {
			return err
		}
		complete, err := size(from.Path("history", name))
		if err != nil {
			return err
		}
		if sum+complete > mostDemo {
			break
		}
		if err := os.RemoveAll(filepath.Join(dir, "history", name)); err != nil {
			return err
		}
		if err := copyHistory(from.Path("history", name), filepath.Join(dir, "history", name)); err != nil {
			return err
		}
	}
	return nil
}

// copyHistory copies a history with its rules and its verdict, and nothing beside.
func copyHistory(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.jsonl"))
	if err != nil {
		return err
	}
	for _, path := range append(files, filepath.Join(from, judge.RulesFile), filepath.Join(from, judge.VerdictFile)) {
		if err := copyFile(path, filepath.Join(to, filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeFile(to, content)
}

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// writeRun writes run.json under another ID.
func writeRun(from *run.Run, dir, id string) error {
	recorded := *from
	recorded.ID, recorded.Command = id, report.Redact(from.Command)
	recorded.WaiversFile, recorded.AcceptSkips = "", nil // a demo is what it is by itself
	content, err := json.MarshalIndent(recorded, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "run.json"), append(content, '\n'))
}

// unread are parts of Ginkgo's reports that the report of a run does not read, or that
// are long and about failures.
var unread = []string{"CapturedGinkgoWriterOutput", "CapturedStdOutErr", "SpecEvents", "ProgressReports", "AdditionalFailures"}

// writeReport copies what Ginkgo reported of a suite, without what nobody reads.
func writeReport(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var complete map[string]any
	if err := json.Unmarshal(content, &complete); err != nil {
		return fmt.Errorf("read %s: %w", from, err)
	}
	specs, _ := complete["SpecReports"].([]any) // null for a suite without checks
	for _, one := range specs {
		if one, ok := one.(map[string]any); ok {
			for _, key := range unread {
				delete(one, key)
			}
		}
	}
	content, err = json.Marshal(complete)
	if err != nil {
		return err
	}
	return writeFile(to, []byte(report.Redact(string(content))+"\n"))
}
