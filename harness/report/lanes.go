package report

import (
	"cmp"
	"slices"
	"strings"

	"assay.dev/assay/harness/history"
)

// maxLanes is how many pods get a lane of their own; the ones that changed most
// come first.
const maxLanes = 16

// Lane is what a pod went through.
type Lane struct {
	Pod   string `json:"pod"` // namespace/name
	Spans []Span `json:"spans"`
}

// Span is a time in which a pod did not change.
type Span struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	State string  `json:"state"` // ready, running, pending, failed, succeeded or gone
	// Restarts is how often its containers had been restarted.
	Restarts int32 `json:"restarts,omitempty"`
}

// lanes follows each pod that changed during the experiment, and counts those
// that were Ready all the time.
func (g *grid) lanes(pods []history.Pod) ([]Lane, int) {
	byPod := map[string][]history.Pod{}
	for _, p := range pods {
		name := p.Namespace + "/" + p.Name
		byPod[name] = append(byPod[name], p)
	}
	var lanes []Lane
	steady := 0
	for _, name := range sortedKeys(byPod) {
		lane := Lane{Pod: name, Spans: g.spans(byPod[name])}
		switch {
		case len(lane.Spans) == 0:
		case len(lane.Spans) == 1 && lane.Spans[0].State == "ready":
			steady++
		default:
			lanes = append(lanes, lane)
		}
	}
	if len(lanes) > maxLanes {
		slices.SortStableFunc(lanes, func(a, b Lane) int { return cmp.Compare(len(b.Spans), len(a.Spans)) })
		lanes = lanes[:maxLanes]
	}
	slices.SortStableFunc(lanes, func(a, b Lane) int { return strings.Compare(a.Pod, b.Pod) })
	return lanes, steady
}

// spans turns the states of one pod into times without a change. What came
// before the first entry of the experiment counts as its start.
func (g *grid) spans(states []history.Pod) []Span {
	slices.SortStableFunc(states, func(a, b history.Pod) int { return cmp.Compare(a.Seen, b.Seen) })
	var spans []Span
	for _, p := range states {
		if p.Seen > g.to {
			break
		}
		at, state := g.seconds(max(p.Seen, g.from)), podState(p)
		if n := len(spans); n > 0 {
			last := &spans[n-1]
			if last.State == state && last.Restarts == p.Restarts {
				continue
			}
			last.To = at
			if last.From == last.To {
				spans = spans[:n-1]
			}
		}
		spans = append(spans, Span{From: at, To: g.seconds(g.to), State: state, Restarts: p.Restarts})
	}
	return spans
}

func podState(p history.Pod) string {
	switch {
	case p.Deleted:
		return "gone"
	case p.Phase == "Running" && p.Ready:
		return "ready"
	}
	return strings.ToLower(p.Phase)
}
