package steps

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// timeline is a plan as it ran on a machine.
type timeline struct {
	Source string  `json:"source"`
	Pace   float64 `json:"pace"` // that the machine was measured to have at the start
	Steps  []struct {
		Name    string   `json:"name"`
		Needs   []string `json:"needs"`
		Started float64  `json:"started"` // seconds after the start
		Took    float64  `json:"took"`
	} `json:"steps"`
}

// TestEstimatesComeTrue plays recorded timelines. From the first minute on the end that
// is foretold is within 30 % of what really comes.
func TestEstimatesComeTrue(t *testing.T) {
	paths, err := filepath.Glob("testdata/timeline-*.json")
	if err != nil || len(paths) < 2 {
		t.Fatalf("%d timelines, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var line timeline
			if err := json.Unmarshal(content, &line); err != nil {
				t.Fatal(err)
			}
			play(t, line)
		})
	}
}

func play(t *testing.T, line timeline) {
	var plan []Step
	known := Known{}
	for name, seconds := range loadReference().Seconds {
		known[name] = time.Duration(seconds * line.Pace * float64(time.Second))
	}
	end := 0.0
	for _, s := range line.Steps {
		plan = append(plan, Step{Name: s.Name, Needs: s.Needs})
		end = max(end, s.Started+s.Took)
		if _, ok := known[s.Name]; !ok {
			t.Errorf("nothing is known about %s", s.Name)
		}
	}
	if err := validate(plan); err != nil {
		t.Fatal(err)
	}
	zero := time.Now()
	at := func(seconds float64) time.Time { return zero.Add(time.Duration(seconds * float64(time.Second))) }
	for now := 60.0; now < end; now += 10 {
		e := NewEstimator(plan, known, 1)
		for _, s := range line.Steps {
			if s.Started <= now {
				e.Started(s.Name, at(s.Started))
			}
			if s.Started+s.Took <= now {
				e.Ended(s.Name, time.Duration(s.Took*float64(time.Second)))
			}
		}
		left, sure, ok := e.Left(at(now))
		predicted := now + left.Seconds()
		if !ok || !sure || predicted < 0.7*end || predicted > 1.3*end {
			t.Errorf("after %s the end is foretold at %s, it comes at %s (known: %v, %v)", Clock(at(now).Sub(zero)), Clock(time.Duration(predicted*1e9)), Clock(time.Duration(end*1e9)), sure, ok)
		}
	}
}

func TestWhatIsNotKnownIsSaid(t *testing.T) {
	plan := []Step{{Name: "a"}, {Name: "b", Needs: []string{"a"}}}
	if left, sure, ok := NewEstimator(plan, nil, 1).Left(time.Now()); ok || sure || left != 0 {
		t.Errorf("%s, %v, %v", left, sure, ok)
	}
	if left, sure, ok := NewEstimator(plan, Known{"b": time.Minute}, 1).Left(time.Now()); !ok || sure || left != time.Minute {
		t.Errorf("%s, %v, %v", left, sure, ok)
	}
}

// TestThePathCounts holds that steps beside each other are not added up.
func TestThePathCounts(t *testing.T) {
	plan := []Step{{Name: "long"}, {Name: "short"}, {Name: "last", Needs: []string{"long", "short"}}}
	e := NewEstimator(plan, Known{"long": 5 * time.Minute, "short": 3 * time.Minute, "last": time.Minute}, 1)
	now := time.Now()
	if left, _, _ := e.Left(now); left != 6*time.Minute {
		t.Errorf("%s", left)
	}
	e.Started("long", now.Add(-2*time.Minute))
	if left, _, _ := e.Left(now); left != 4*time.Minute {
		t.Errorf("after two minutes: %s", left)
	}
	e.Started("long", now.Add(-10*time.Minute))
	if left, _, _ := e.Left(now); left <= time.Minute {
		t.Errorf("a step that takes longer than known still runs: %s", left)
	}
}

// TestACacheDoesNotPromiseSpeed holds that a step without work says nothing of others.
func TestACacheDoesNotPromiseSpeed(t *testing.T) {
	plan := []Step{{Name: "cached"}, {Name: "work", Needs: []string{"cached"}}}
	e := NewEstimator(plan, Known{"cached": 7 * time.Minute, "work": 2 * time.Minute}, 1)
	e.Ended("cached", time.Second)
	if left, _, _ := e.Left(time.Now()); left != 2*time.Minute {
		t.Errorf("%s", left)
	}
}

// TestReferenceNames wants a duration for each kind of step, and a pace that is one.
func TestReferenceNames(t *testing.T) {
	known := Reference()
	for _, name := range []string{"compile kube/kubernetes", "compile suites", "cluster", "Kafka", "check chaos"} {
		if known[name] <= 0 {
			t.Errorf("%s takes %s", name, known[name])
		}
	}
	if p := Pace(); p < leastPace || p > mostPace {
		t.Errorf("the pace is %v", p)
	}
	if r := loadReference(); r.Source == "" || r.HashRate <= 0 {
		t.Errorf("%+v", r.Source)
	}
}
