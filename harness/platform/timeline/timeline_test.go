package timeline

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/harness/process/cputime"
	"assay.dev/assay/harness/process/steps"
)

// recorded are the timelines of real machines that the estimates are tested on, too.
func recorded(t *testing.T) map[string]*Timeline {
	t.Helper()
	files, err := filepath.Glob("../../process/steps/testdata/timeline-*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d timelines, %v", len(files), err)
	}
	all := map[string]*Timeline{}
	for _, file := range files {
		line, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		line.Seconds, line.Processors = line.end(), 2
		for i := range line.Steps {
			line.Steps[i].CPU = line.Steps[i].Took / 2
		}
		all[filepath.Base(file)] = line
	}
	return all
}

// TestThePathReachesFromStartToEnd wants steps that need each other one by one, whose
// times and waits add up to the whole, from a step without needs to the last end.
func TestThePathReachesFromStartToEnd(t *testing.T) {
	for name, line := range recorded(t) {
		path, slack := line.Critical(), line.Slack()
		if len(path) < 4 || len(path[0].Needs) > 0 && path[0].Started > 1 {
			t.Errorf("%s: the path is %v", name, path)
		}
		sum := 0.0
		for i, link := range path {
			sum += link.Waited + link.Took
			if i > 0 && !slices.Contains(link.Needs, path[i-1].Name) {
				t.Errorf("%s: %s does not need %s", name, link.Name, path[i-1].Name)
			}
			if slack[link.Name] > 1e-6 {
				t.Errorf("%s: %s is on the path and could take %g s longer", name, link.Name, slack[link.Name])
			}
		}
		if math.Abs(sum-line.end()) > 0.1*float64(len(path)) { // the recordings are of tenths
			t.Errorf("%s: the path takes %g s, all %g s", name, sum, line.end())
		}
	}
}

// end plays a timeline again with other durations: a step starts as long after its last
// need as it did.
func replayed(line *Timeline, longer map[string]float64) float64 {
	ends := map[string]float64{}
	var end func(s Step) float64
	byName := line.byName()
	end = func(s Step) float64 {
		if at, ok := ends[s.Name]; ok {
			return at
		}
		last, was := 0.0, line.lastNeed(s)
		for _, need := range s.Needs {
			if n := byName[need]; n != nil {
				last = max(last, end(*n))
			}
		}
		ends[s.Name] = last + (s.Started - was) + s.Took + longer[s.Name]
		return ends[s.Name]
	}
	all := 0.0
	for _, s := range line.Steps {
		all = max(all, end(s))
	}
	return all
}

// TestSlackIsWhatAStepMayTakeLonger lengthens each step by its slack, and by a second more.
func TestSlackIsWhatAStepMayTakeLonger(t *testing.T) {
	for name, line := range recorded(t) {
		total := replayed(line, nil)
		for _, s := range line.Steps {
			slack := line.Slack()[s.Name]
			if got := replayed(line, map[string]float64{s.Name: slack}); got > total+1e-6 {
				t.Errorf("%s: %s takes its slack of %g s longer and all ends %g s later", name, s.Name, slack, got-total)
			}
			if got := replayed(line, map[string]float64{s.Name: slack + 1}); got <= total+0.5 {
				t.Errorf("%s: %s could take longer than its slack of %g s", name, s.Name, slack)
			}
		}
	}
}

func TestPrintSaysWhatBounds(t *testing.T) {
	line := &Timeline{Processors: 2, Seconds: 100, OwnCPU: 20, MachineCPU: 190, Steps: []Step{
		{Name: "compile", Started: 0, Took: 60, CPU: 100}, {Name: "other", Started: 0, Took: 10, CPU: 10},
		{Name: "cluster", Needs: []string{"compile", "other"}, Started: 63, Took: 37, CPU: 30, Failed: true},
	}}
	for _, width := range []int{60, 80} {
		var out bytes.Buffer
		if err := line.Print(&out, width); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"3 steps, ended after 01:40", "compile", "cluster (failed)", "3 s", "160 s", "01:20", "01:35", "01:37 of 01:40"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in\n%s", want, &out)
			}
		}
		if strings.Contains(out.String(), "other") {
			t.Errorf("nothing waited for other:\n%s", &out)
		}
	}
}

// TestThePictureIsOne wants XML with a row for each step, also for names that are none of
// XML's.
func TestThePictureIsOne(t *testing.T) {
	line := recorded(t)["timeline-quiet.json"]
	line.Steps[0].Name = `<script>alert("x")&`
	picture := line.SVG()
	decoder := xml.NewDecoder(strings.NewReader(picture))
	bars := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "script" {
			t.Error("a name became an element")
		} else if ok && start.Name.Local == "g" {
			bars++
		}
	}
	if bars != len(line.Steps) {
		t.Errorf("%d rows for %d steps", bars, len(line.Steps))
	}
	if dark := strings.Count(picture, "#1f4e79"); dark != len(line.Critical()) {
		t.Errorf("%d bars are dark, the path has %d steps", dark, len(line.Critical()))
	}
}

type quiet struct{}

func (quiet) Started(string)                     {}
func (quiet) Ended(string, time.Duration, error) {}
func (quiet) Transferred(string, int64, int64)   {}

// TestRecorder runs a plan whose steps start programs, and one that fails.
func TestRecorder(t *testing.T) {
	busy := func(ctx context.Context, _ io.Writer) error {
		// A shell that counts: all of its time is its own.
		command := exec.CommandContext(ctx, "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
		err := command.Run()
		cputime.Add(ctx, command.ProcessState)
		return err
	}
	plan := []steps.Step{
		{Name: "busy", Run: busy},
		{Name: "fails", Needs: []string{"busy"}, Run: func(context.Context, io.Writer) error { return errors.New("x") }},
		{Name: "never", Needs: []string{"fails"}, Run: busy},
	}
	r := NewRecorder(plan, quiet{})
	if err := steps.Run(t.Context(), r.Plan(), t.TempDir(), r); err == nil {
		t.Fatal("the plan has not failed")
	}
	file := filepath.Join(t.TempDir(), "deep", "timeline.json")
	if err := r.Timeline().Save(file); err != nil {
		t.Fatal(err)
	}
	line, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(line.Steps) != 2 || line.Steps[0].Name != "busy" || line.Steps[0].CPU <= 0 || !line.Steps[1].Failed || line.Steps[1].CPU != 0 {
		t.Errorf("%+v", line.Steps)
	}
	if line.Processors < 1 || line.Seconds <= 0 || line.CPU() < line.Steps[0].CPU {
		t.Errorf("%+v", line)
	}
}

func TestMachineCPU(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stat")
	for content, want := range map[string]time.Duration{
		"cpu  100 200 300 9000 9000 10 20 30 0 0\ncpu0 1 1 1 1\n": 630 * tick, "": 0, "cpu 1 2\n": 0, "intr 1 2 3 4 5 6 7 8 9\n": 0, "cpu a b c d e f g h\n": 0,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := machineCPU(file); got != want {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
	if got := machineCPU(filepath.Join(t.TempDir(), "none")); got != 0 {
		t.Error(got)
	}
}

func TestReadRefusesWhatIsNoTimeline(t *testing.T) {
	file := filepath.Join(t.TempDir(), "timeline.json")
	for _, content := range []string{"", "{}", "[]", `{"steps":[]}`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if line, err := Read(file); err == nil {
			t.Errorf("%q is %+v", content, line)
		}
	}
	ring := &Timeline{Steps: []Step{{Name: "a", Needs: []string{"b"}, Took: 1}, {Name: "b", Needs: []string{"a"}, Took: 2}}}
	if path := fmt.Sprint(ring.Critical(), ring.Slack()); path == "" {
		t.Error("a ring has no path")
	}
}
