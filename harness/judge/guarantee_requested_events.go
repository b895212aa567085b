package judge

// requestedEvents judges that each accepted request published the event by which it is
// known, of its type and about its object, and that no event came that nobody asked for.
// An answer that names no event is matched by key and type.
func requestedEvents(j *judgement, f *finding) {
	f.unit = "requests"
	for n := range j.events() {
		e, became := j.ix.ev(n), j.outcomeOfEvent(n)
		if e.via == viaAPI && e.result == accepted {
			f.of(e.topic)
			f.blames(j.ix.demands.requirement(e.change))
			f.evaluate()
			j.announced(f, n, e, became)
			continue
		}
		if became.main == 0 || e.via != viaNobody {
			continue
		}
		rec := j.ix.rec(became.main)
		info := j.ix.demands.classes[rec.class]
		if !info.first || rec.key == 0 {
			continue
		}
		f.of(rec.topic)
		a := j.ix.countsOf(rec.key)
		if !a.known && info.made {
			continue // an object that the platform made: see derived
		}
		_, unlinked := j.ix.arrived(a, rec.class)
		if most := j.mostUnlinked(a, rec.class); unlinked > most {
			j.unannounced(f, n, rec, unlinked, most)
		}
	}
	j.nameless(f)
}

// nameless judges the requests whose answers name no event.
func (j *judgement) nameless(f *finding) {
	for i := range j.ix.counts.len() {
		a := j.ix.counts.at(i)
		for line := range j.ix.linesOf(a) {
			request := &j.ix.demands.requests[line.request]
			if line.nameless == 0 || request.first == 0 {
				continue
			}
			f.of(j.ix.demands.classes[request.first].topic)
			f.blames(j.ix.demands.requirement(line.request))
			f.evaluateN(int64(line.nameless))
			if _, came := j.ix.arrived(a, request.first); came < line.nameless {
				j.violationOf(f, Lost, a, "%d accepted requests of the kind %s have %d %s", line.nameless, request.Name, came, j.ix.className(request.first))
			}
		}
	}
}

// requirement is the one that a kind of request publishes its first event.
func (d *demands) requirement(request uint8) string {
	if expects := d.requests[request].Expects; len(expects) > 0 {
		return expects[0].Requirement
	}
	return ""
}

// mostUnlinked is how many events of a class that no answer names can have come of an
// object: of requests without an answer, of those whose answers name none, and of those
// that cause them beside.
func (j *judgement) mostUnlinked(a *objectCounts, c class) uint32 {
	most := uint32(0)
	for line := range j.ix.linesOf(a) {
		if j.ix.demands.requests[line.request].first == c {
			most += line.unknown + line.nameless
		}
	}
	if j.ix.demands.classes[c].further {
		_, beside := j.due(a, c)
		most += beside
	}
	return most
}

// unannounced judges an event of a request that no answer names.
func (j *judgement) unannounced(f *finding, n uint32, rec *record, times, most uint32) {
	repeated, status := j.repeatedByProxy(rec.key, rec.class)
	if times <= most+repeated {
		return
	}
	name := j.ix.className(rec.class)
	f.blames(j.ix.demands.classes[rec.class].requirement)
	if status != 0 {
		j.violationBy(f, Unexpected, n, "%s of %s is in Kafka, and the request was refused with %d", name, j.ix.keys.text(rec.key), status)
		return
	}
	j.violationBy(f, Unexpected, n, "%s of %s came %d times more than answers name it, and can have been caused %d times",
		name, j.ix.keys.text(rec.key), times, most)
}

// announced compares an accepted request with its event.
func (j *judgement) announced(f *finding, n uint32, e *event, became *eventOutcome) {
	request := &j.ix.demands.requests[e.change]
	if became.main == 0 {
		j.violationBy(f, Lost, n, "the request was accepted and its %s is not in Kafka", j.ix.className(request.first))
		return
	}
	r := j.ix.rec(became.main)
	if r.class != request.first {
		j.violationBy(f, Illegal, n, "a request of the kind %s was announced by %q", request.Name, j.ix.types.text(r.kind))
	}
	if r.key != e.key {
		j.violationBy(f, Illegal, n, "a request about %s was announced for %s", j.ix.keys.text(e.key), j.ix.keys.text(r.key))
	}
}
