package anomaly

import (
	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
)

// repeats are what is there too often, with nothing to excuse it.
func repeats() []Kind {
	return []Kind{
		{Name: "repeated-record", Guarantee: judge.Unique, Class: judge.Duplicated, inject: func(p *editor) (string, bool) {
			if !p.calm() {
				return "", false
			}
			return p.repeatRecord(func(*history.Record) {})
		}},
		{Name: "repeated-effect", Guarantee: judge.NoDuplicates, Class: judge.Duplicated, inject: func(p *editor) (string, bool) {
			i := p.healthyEffect()
			if !p.calm() || i < 0 {
				return "", false
			}
			p.h.Effects[i].Times++
			return p.h.Effects[i].ID, true
		}},
		{Name: "repeated-push", Guarantee: judge.NoDuplicates, Class: judge.Duplicated, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Effects, func(e *history.Effect) bool { return p.live(e.Topic) })
			if !p.calm() || i < 0 {
				return "", false
			}
			e := p.h.Effects[i]
			e.Seen += second
			p.h.Effects = append(p.h.Effects, e)
			return e.ID, true
		}},
		{Name: "repeated-delivery", Guarantee: judge.NoDuplicates, Class: judge.Duplicated, inject: func(p *editor) (string, bool) {
			i := pick(p, p.h.Deliveries, func(d *history.Delivery) bool { return d.Answer == history.Success })
			if !p.calm() || i < 0 {
				return "", false
			}
			d := p.h.Deliveries[i]
			d.Seen, d.Attempt = d.Seen+second, d.Attempt+1
			p.h.Deliveries = append(p.h.Deliveries, d)
			return d.ID, true
		}},
	}
}

// repeatRecord appends a record once more, changed.
func (p *editor) repeatRecord(change func(*history.Record)) (string, bool) {
	i := pick(p, p.h.Records, func(r *history.Record) bool { return p.healthy(r) })
	if i < 0 {
		return "", false
	}
	r := p.h.Records[i]
	change(&r)
	p.append(r)
	return r.ID, true
}
