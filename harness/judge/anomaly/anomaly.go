// Package anomaly injects anomalies into clean histories: each kind makes one thing that
// a platform, or whoever records it, could have done wrong, somewhere that a seed
// chooses. A judge that does not see every one of them is not to be trusted with
// the real ones.
package anomaly

import (
	"math/rand/v2"
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// Kind is a kind of anomaly in a history.
type Kind struct {
	Name string
	// Guarantee is the one that has to notice, Class the class of what it notices.
	// A kind without a class makes the history inconclusive: the guarantee has to become
	// inconclusive, and nothing may pass for broken.
	Guarantee string
	Class     string
	// Related are guarantees that it breaks too, by what they promise.
	Related []string
	// Inject changes the history and reports where, or returns false if the history has
	// nothing of the kind that it changes.
	inject func(*editor) (where string, done bool)
}

// Inject changes a copy of a history, which is judged by rules, by the choices of a
// seed. It returns nil if there is nothing in it that the kind could change.
func (k *Kind) Inject(h *history.History, rules judge.Rules, seed int64) (changed *history.History, where string) {
	p := newEditor(h, rules, seed)
	where, done := k.inject(p)
	if !done {
		return nil, ""
	}
	return p.h, where
}

// ByName returns the kind of a name; nil if there is none.
func ByName(name string) *Kind {
	kinds := Kinds()
	at := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return nil
	}
	return &kinds[at]
}

// Kinds are all kinds.
func Kinds() []Kind {
	return slices.Concat(losses(), fabricated(), disorders(), deadLetters(), repeats(), observationGaps(), deployments())
}

// editor is a history being changed.
type editor struct {
	h     *history.History
	rules judge.Rules
	rng   *rand.Rand
	// What the clean history holds: the number of records of an event in a topic,
	// and the places of attempts and accepted changes by their events.
	records   map[[2]string]int
	publishes map[string]int
	requests  map[string]int
}

func newEditor(h *history.History, rules judge.Rules, seed int64) *editor {
	c := *h
	c.Requests, c.Publishes, c.Records = slices.Clone(h.Requests), slices.Clone(h.Publishes), slices.Clone(h.Records)
	c.Bounds, c.Commits, c.Deliveries, c.Effects = slices.Clone(h.Bounds), slices.Clone(h.Commits), slices.Clone(h.Deliveries), slices.Clone(h.Effects)
	c.Holes, c.Groups, c.Moves, c.Clocks = slices.Clone(h.Holes), slices.Clone(h.Groups), slices.Clone(h.Moves), slices.Clone(h.Clocks)
	c.Faults, c.Pods, c.Deployments = slices.Clone(h.Faults), slices.Clone(h.Pods), slices.Clone(h.Deployments)
	c.Observers, c.Loads, c.Damage = slices.Clone(h.Observers), slices.Clone(h.Loads), slices.Clone(h.Damage)
	p := &editor{h: &c, rules: rules, rng: rand.New(rand.NewPCG(uint64(seed), 0xbad)),
		records: map[[2]string]int{}, publishes: map[string]int{}, requests: map[string]int{}}
	for _, r := range h.Records {
		p.records[[2]string{r.Topic, r.ID}]++
	}
	for i, a := range h.Publishes {
		p.publishes[a.ID] = i
	}
	for i, r := range h.Requests {
		if r.Event != "" && r.Result == history.Accepted {
			p.requests[r.Event] = i
		}
	}
	return p
}

// pick chooses one of the entries that suit, by its index; -1 if none does.
func pick[E any](p *editor, entries []E, suits func(*E) bool) int {
	var all []int
	for i := range entries {
		if suits(&entries[i]) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return -1
	}
	return all[p.rng.IntN(len(all))]
}

// calm says that nothing disturbed the platform, so that nothing excuses a repeat.
func (p *editor) calm() bool { return len(p.h.Faults) == 0 }

// deadLettersOf is the topic whose dead letters a topic takes, empty for none.
func (p *editor) deadLettersOf(topic string) string {
	for _, t := range p.rules.Topics {
		if t.Name == topic {
			return t.DeadLettersOf
		}
	}
	return ""
}

// deadLetterTopic is the topic that takes a topic's dead letters.
func (p *editor) deadLetterTopic(topic string) string {
	for _, t := range p.rules.Topics {
		if t.DeadLettersOf == topic {
			return t.Name
		}
	}
	return ""
}

// published is the attempt past the API that an event came from, nil for none.
func (p *editor) published(id string) *history.Publish {
	if i, found := p.publishes[id]; found {
		return &p.h.Publishes[i]
	}
	return nil
}

// requested is the accepted change that an event was named for, nil for none.
func (p *editor) requested(id string) *history.Request {
	if i, found := p.requests[id]; found {
		return &p.h.Requests[i]
	}
	return nil
}

// known reports whether a request names an object by its key.
func (p *editor) known(key string) bool {
	return slices.ContainsFunc(p.h.Requests, func(r history.Request) bool { return r.Key == key })
}

// count is the number of records of an event in a topic.
func (p *editor) count(topic, id string) int { return p.records[[2]string{topic, id}] }

// healthy says that a record is of the API, once in Kafka and not dead-lettered.
func (p *editor) healthy(r *history.Record) bool {
	return r.ID != "" && p.deadLettersOf(r.Topic) == "" && p.published(r.ID) == nil &&
		p.count(r.Topic, r.ID) == 1 && p.count(p.deadLetterTopic(r.Topic), r.ID) == 0
}

// uuid makes an id that nobody has used.
func (p *editor) uuid() string {
	const digits = "0123456789abcdef"
	b := []byte("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx")
	for i := range b {
		if b[i] == 'x' {
			b[i] = digits[p.rng.IntN(16)]
		}
	}
	return string(b)
}

// digest makes a digest of bytes that nobody has written.
func (p *editor) digest() string {
	const digits = "0123456789abcdef"
	b := make([]byte, 64)
	for i := range b {
		b[i] = digits[p.rng.IntN(16)]
	}
	return string(b)
}
