package judge

import (
	"fmt"
	"maps"
	"slices"
)

// expectedEvents judges that the requests about an object have exactly the further events
// that such requests always cause. They are matched by key, type and label, and counted,
// since nothing else ties them to a request.
func expectedEvents(j *judgement, f *finding) { j.furtherEvents(f, false) }

// countedEvents judges that the requests about an object have as many further events as
// they were asked for, where that is up to who asks.
func countedEvents(j *judgement, f *finding) { j.furtherEvents(f, true) }

func (j *judgement) furtherEvents(f *finding, counted bool) {
	f.unit = "expected events"
	d := j.ix.demands
	for _, kind := range slices.Sorted(maps.Keys(d.byKind)) {
		classes := d.judgedOf(kind, counted)
		if len(classes) == 0 {
			continue
		}
		f.of(d.classes[classes[0]].topic)
		for i := range j.ix.counts.len() {
			j.exactly(f, j.ix.counts.at(i), kind, classes)
		}
	}
}

// judgedOf are the classes of a type that are judged as further events, either those that
// requests count or the others: those that requests are known by are judged with them.
// Events with a label that nobody expects are evaluated once, with those that are not counted
// if there are any.
func (d *demands) judgedOf(kind uint8, counted bool) []class {
	var found []class
	other := 0
	for _, label := range slices.Sorted(maps.Keys(d.byKind[kind])) {
		c := d.byKind[kind][label]
		switch info := d.classes[c]; {
		case !info.further || info.first:
		case info.counted == counted:
			found = append(found, c)
		default:
			other++
		}
	}
	_, plain := d.byKind[kind][""]
	switch {
	case plain: // which takes every other label
	case counted && len(found) > 0 && other == 0, !counted && (len(found) > 0 || other == 0):
		found = append(found, d.collateral[kind])
	}
	return found
}

// exactly judges the further events of a type of one object.
func (j *judgement) exactly(f *finding, a *objectCounts, kind uint8, classes []class) {
	var want, have, missing, extra uint32
	blame, text := "", ""
	for _, c := range classes {
		least, most := j.due(a, c)
		linked, unlinked := j.ix.arrived(a, c)
		came := linked + unlinked
		want, have = want+least, have+came
		missing += max(least, came) - came
		extra += max(most, came) - most
		if came < least || came > most {
			if blame == "" || came < least {
				blame = j.ix.demands.classes[c].requirement
			}
			text += fmt.Sprintf("; %s: %s expected, %d came", j.ix.className(c), between(least, most), came)
		}
	}
	f.blames(blame)
	f.evaluateN(int64(max(want, have)))
	name := j.ix.types.text(kind)
	switch {
	case missing == 0 && extra == 0:
	case missing > 0 && missing == extra:
		j.violationOf(f, Illegal, a, "%d of %d %s events have a label that is not the request's%s", missing, want, name, text)
	case missing > extra:
		j.violationOf(f, Lost, a, "%d %s events were expected, %d came%s", want, name, have, text)
	default:
		j.violationOf(f, Unexpected, a, "%d %s events were expected, %d came%s", want, name, have, text)
	}
}

func between(least, most uint32) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// due is how many further events of a class the requests about an object cause, at the
// least and at the most. Nobody has counted those of an object that the platform made.
func (j *judgement) due(a *objectCounts, c class) (least, most uint32) {
	for n := 1; n < len(j.ix.demands.requests); n++ {
		for i, f := range j.ix.demands.requests[n].further {
			if f.class != c || f.makes != 0 {
				continue
			}
			low, high := j.ix.took(a, uint8(n))
			switch {
			case !f.Counted:
				least, most = least+low, most+high
			case a.known:
				sure, maybe := j.ix.counted(a, uint8(n), uint8(i))
				least, most = least+sure, most+sure+maybe
			default:
				most += high * uint32(f.Most)
			}
		}
	}
	return least, most
}

// counted is what the requests about an object were counted for, and may have been.
func (ix *index) counted(a *objectCounts, request, further uint8) (sure, maybe uint32) {
	for n := a.sums; n != 0; n = ix.sums.at(int(n) - 1).next {
		if l := ix.sums.at(int(n) - 1); l.request == request && l.further == further {
			return l.sure, l.maybe
		}
	}
	return 0, 0
}

// violationOf notes a violation by an object, with the traces of all its events.
func (j *judgement) violationOf(f *finding, class string, a *objectCounts, format string, args ...any) {
	f.violation(class, j.ix.keys.text(a.key), format, args...)
	if f.count > maxShown {
		return
	}
	v := &f.violations[len(f.violations)-1]
	for n := range j.events() {
		if j.ix.ev(n).key == a.key && len(v.Trace) < traceLength {
			v.Trace = append(v.Trace, "event "+j.ix.ids.text(n))
			v.Trace = append(v.Trace, j.trace(n)...)
		}
	}
}
