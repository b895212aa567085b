package anomaly

import (
	"slices"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// role is what an event is to the requests that cause it.
type role struct {
	request judge.Request
	judge.Expected
	// first says that the request is known by it.
	first bool
}

// roles are those of events of a type and a label.
func (p *editor) roles(kind, label string) []role {
	var found []role
	for _, q := range p.rules.Requests {
		for n, e := range q.Expects {
			if e.Type == kind && e.Label == label && e.Makes == "" {
				found = append(found, role{request: q, Expected: e, first: n == 0})
			}
		}
	}
	return found
}

// isFirst says that requests which suit are known by events such as a record's.
func (p *editor) isFirst(r *history.Record, suits func(judge.Request) bool) bool {
	return slices.ContainsFunc(p.roles(r.Type, r.Label), func(x role) bool { return x.first && suits(x.request) })
}

// isFurther says that requests cause events such as a record's beside: always, or as many
// as they are counted for. Nothing else does.
func (p *editor) isFurther(r *history.Record, counted bool) bool {
	roles := p.roles(r.Type, r.Label)
	return len(roles) > 0 && !slices.ContainsFunc(roles, func(x role) bool { return x.first || x.Counted != counted })
}

// unnamed says that an accepted request about the key of a record, which is known by it,
// was answered without naming it, and that every such request was answered.
func (p *editor) unnamed(r *history.Record) bool {
	return p.isFirst(r, func(q judge.Request) bool {
		return !p.unanswered(r.EventKey, q.Name) && slices.ContainsFunc(p.h.Requests, func(x history.Request) bool {
			return x.Change == q.Name && x.Key == r.EventKey && x.Result == history.Accepted && x.Event == ""
		})
	})
}

// derived are the expectations of objects that the platform itself makes.
func (p *editor) derived() []judge.Expected {
	var found []judge.Expected
	for _, q := range p.rules.Requests {
		for _, e := range q.Expects {
			if e.Makes != "" {
				found = append(found, e)
			}
		}
	}
	return found
}

// makesDerived reports whether a request by which a record is known has the platform make
// another object.
func (p *editor) makesDerived(r *history.Record) bool {
	return p.isFirst(r, func(q judge.Request) bool {
		return slices.ContainsFunc(q.Expects, func(e judge.Expected) bool { return e.Makes != "" })
	})
}

// changing are the requests that neither make nor remove their object, and whose answers
// name the event that they are known by.
func (p *editor) changing() []judge.Request {
	return slices.DeleteFunc(slices.Clone(p.rules.Requests), func(q judge.Request) bool {
		named := slices.ContainsFunc(p.h.Requests, func(r history.Request) bool { return r.Change == q.Name && r.Event != "" })
		return q.Makes || q.Removes || !named || len(q.Expects) == 0
	})
}

// subscription picks one that suits.
func (p *editor) subscription(suits func(*judge.Subscription) bool) (judge.Subscription, bool) {
	i := pick(p, p.rules.Subscriptions, suits)
	if i < 0 {
		return judge.Subscription{}, false
	}
	return p.rules.Subscriptions[i], true
}

// live reports whether a group shows a topic's effects as they happen.
func (p *editor) live(topic string) bool {
	return slices.ContainsFunc(p.rules.Subscriptions, func(s judge.Subscription) bool { return s.Topic == topic && s.Live })
}

// keyed reports whether the events of a topic have keys.
func (p *editor) keyed(topic string) bool {
	return slices.ContainsFunc(p.rules.Families, func(f judge.Family) bool { return f.Topic == topic && f.Keyed })
}

// showsEffects reports whether a subscriber of a topic shows an effect of each event.
func (p *editor) showsEffects(topic string) bool {
	return slices.ContainsFunc(p.rules.Subscriptions, func(s judge.Subscription) bool { return s.Topic == topic && s.Visibility == judge.ByEffect })
}
