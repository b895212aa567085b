package timeline

import "math"

// Link is a step on the critical path.
type Link struct {
	Step
	// Waited is how long nothing that it needs ran before it started, in seconds.
	Waited float64
}

// Critical returns the path of steps that the end waited for, from the first to the last:
// before each, the one of its needs that ended last.
func (t *Timeline) Critical() []Link {
	byName := t.byName()
	var last *Step
	for i := range t.Steps {
		if s := &t.Steps[i]; last == nil || s.End() > last.End() {
			last = s
		}
	}
	var path []Link
	for last != nil && len(path) <= len(t.Steps) { // a ring in a file ends, too
		var before *Step
		for _, need := range last.Needs {
			if s := byName[need]; s != nil && (before == nil || s.End() > before.End()) {
				before = s
			}
		}
		waited := last.Started
		if before != nil {
			waited -= before.End()
		}
		path = append([]Link{{Step: *last, Waited: max(waited, 0)}}, path...)
		last = before
	}
	return path
}

// Slack returns how much longer each step could have taken without a later end, in
// seconds: none for those on the critical path.
func (t *Timeline) Slack() map[string]float64 {
	end := 0.0
	dependents := map[string][]Step{}
	for _, s := range t.Steps {
		end = max(end, s.End())
		for _, need := range s.Needs {
			dependents[need] = append(dependents[need], s)
		}
	}
	slack := map[string]float64{}
	var of func(s Step, depth int) float64
	of = func(s Step, depth int) float64 {
		if known, ok := slack[s.Name]; ok {
			return known
		}
		least := end - s.End()
		for _, d := range dependents[s.Name] {
			if depth < len(t.Steps) {
				// A step starts when its last need ends, so what lies between is its own.
				least = min(least, of(d, depth+1)+t.lastNeed(d)-s.End())
			}
		}
		slack[s.Name] = math.Max(least, 0)
		return slack[s.Name]
	}
	for _, s := range t.Steps {
		of(s, 0)
	}
	return slack
}

// lastNeed is when the last of a step's needs ended.
func (t *Timeline) lastNeed(s Step) float64 {
	byName := t.byName()
	last := 0.0
	for _, need := range s.Needs {
		if n := byName[need]; n != nil {
			last = max(last, n.End())
		}
	}
	return last
}

func (t *Timeline) byName() map[string]*Step {
	byName := map[string]*Step{}
	for i := range t.Steps {
		byName[t.Steps[i].Name] = &t.Steps[i]
	}
	return byName
}
