package judge

import (
	"fmt"
	"slices"
	"strings"
)

// Each of these says why a guarantee does not apply to a specification, or nothing.

func loaded(r *Rules) string {
	if !r.Load && len(r.Requests) == 0 {
		return "the specification declares no load"
	}
	return ""
}

func requested(r *Rules) string {
	if !slices.ContainsFunc(r.Requests, func(q Request) bool { return len(q.Expects) > 0 }) {
		return "the specification declares no requests that cause events"
	}
	return ""
}

// expects reports whether any request expects events, beside the first, that suit.
func (r *Rules) expects(suits func(Expected) bool) bool {
	return slices.ContainsFunc(r.Requests, func(q Request) bool {
		return len(q.Expects) > 1 && slices.ContainsFunc(q.Expects[1:], suits)
	})
}

func furtherExpected(r *Rules) string {
	if !r.expects(func(e Expected) bool { return e.Makes == "" && !e.Counted }) {
		return "no request of the specification always causes further events"
	}
	return ""
}

func countedExpected(r *Rules) string {
	if !r.expects(func(e Expected) bool { return e.Makes == "" && e.Counted }) {
		return "no request of the specification causes scheduled or other events whose number depends on what is asked for"
	}
	return ""
}

func derivedExpected(r *Rules) string {
	if !r.expects(func(e Expected) bool { return e.Makes != "" }) {
		return "no request of the specification has the platform make further objects"
	}
	return ""
}

func families(r *Rules) string {
	if len(r.Types) == 0 {
		return "the specification declares no event families"
	}
	return ""
}

func keyed(r *Rules) string {
	if !slices.ContainsFunc(r.Families, func(f Family) bool { return f.Keyed }) {
		return "no event family of the specification has a key"
	}
	return ""
}

func subscribed(r *Rules) string {
	if len(r.Subscriptions) == 0 {
		return "the specification declares no subscriptions"
	}
	return ""
}

func shownLive(r *Rules) string {
	if !slices.ContainsFunc(r.Subscriptions, func(s Subscription) bool { return s.Live || s.Visibility == ByDelivery }) {
		return "no application shows effects as they happen"
	}
	return ""
}

func deadLettered(r *Rules) string {
	if !slices.ContainsFunc(r.Topics, func(t Topic) bool { return t.DeadLettersOf != "" }) {
		return "no topic of the specification takes dead letters"
	}
	return ""
}

// The requirements of guarantees that are declared with what they are about.

func firstRequirements(j *judgement) []string {
	return j.ix.rules.requirements(func(n int, _ Expected) bool { return n == 0 })
}

func furtherRequirements(j *judgement) []string {
	return j.ix.rules.requirements(func(n int, e Expected) bool { return n > 0 && e.Makes == "" && !e.Counted })
}

func countedRequirements(j *judgement) []string {
	return j.ix.rules.requirements(func(n int, e Expected) bool { return n > 0 && e.Makes == "" && e.Counted })
}

func derivedRequirements(j *judgement) []string {
	return j.ix.rules.requirements(func(n int, e Expected) bool { return n > 0 && e.Makes != "" })
}

// requirements are those of the expectations that suit, by their place in the request.
func (r *Rules) requirements(suits func(place int, e Expected) bool) []string {
	var all []string
	for _, q := range r.Requests {
		for n, e := range q.Expects {
			if e.Requirement != "" && suits(n, e) {
				all = append(all, e.Requirement)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func carriedRequirements(j *judgement) []string {
	var all []string
	for _, f := range j.ix.rules.Families {
		if f.Requirement != "" {
			all = append(all, f.Requirement)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Shown is by what evidence it was judged what a group does about a topic.
type Shown struct {
	Group      string     `json:"group"`
	Topic      string     `json:"topic"`
	Visibility Visibility `json:"evidence"`
	// Weak says that nothing but the committed offsets tells: an event that was acknowledged
	// and never processed goes unseen.
	Weak bool `json:"weak,omitempty"`
}

// shown lists by what evidence each subscription is judged.
func (r *Rules) shown() []Shown {
	var all []Shown
	for _, s := range r.Subscriptions {
		all = append(all, Shown{Group: s.Group, Topic: s.Topic, Visibility: s.Visibility, Weak: s.Visibility == ByCommit})
	}
	return all
}

// weaker says of whom nothing but the committed offsets tells, empty if of nobody.
func (r *Rules) weaker() string {
	var names []string
	for _, s := range r.shown() {
		if s.Weak {
			names = append(names, s.Group+" on "+s.Topic)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" Weaker evidence: only committed offsets show what %s processed.", strings.Join(names, ", "))
}
