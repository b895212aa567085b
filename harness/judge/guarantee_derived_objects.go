package judge

// derivedObjects judges what of flow.acknowledged shows in objects that the platform itself makes:
// each accepted request that causes one made one, and nothing else made objects that no
// answer names.
func derivedObjects(j *judgement, f *finding) {
	f.unit = "objects made by the platform"
	seen := map[class]bool{}
	for n := 1; n < len(j.ix.demands.requests); n++ {
		for _, beside := range j.ix.demands.requests[n].further {
			if beside.makes != 0 && !seen[beside.class] {
				seen[beside.class] = true
				f.blames(beside.Requirement)
				j.madeOf(f, beside.class)
			}
		}
	}
}

// madeOf judges the objects that start with an event of one class.
func (j *judgement) madeOf(f *finding, c class) {
	made, dead := j.madeByPlatform(c)
	var sure, maybe int64
	for _, d := range j.ix.attempts.derives[c] {
		sure, maybe = sure+d.sure, maybe+d.maybe
	}
	least := max(0, sure-dead)
	most := sure + maybe + j.ix.attempts.unknownMakes[c]
	f.of(j.ix.demands.classes[c].topic)
	f.evaluateN(max(least, int64(len(made))))
	if missing := least - int64(len(made)); missing > 0 {
		f.violation(Lost, j.ix.className(c), "%d requests cause another object, %d were made", least, len(made))
		f.count += missing - 1
	}
	for i := most; i < int64(len(made)); i++ {
		j.violationBy(f, Unexpected, made[i], "one of %d objects that no answer names, where at most %d can have been made", len(made), most)
	}
}

// madeByPlatform are the events of a class that start objects which no request names, and
// how many requests may have made none since an event of theirs is a dead letter.
func (j *judgement) madeByPlatform(c class) (made []uint32, dead int64) {
	for n := range j.events() {
		e, result := j.ix.ev(n), j.outcomeOfEvent(n)
		if result.copies > 0 && j.ix.derivesFrom(e.change, c) {
			dead++ // it may be the worker that makes them that gave up
		}
		if e.via != viaNobody || result.main == 0 {
			continue
		}
		if r := j.ix.rec(result.main); r.key != 0 && r.class == c && !j.ix.countsOf(r.key).known {
			made = append(made, n)
		}
	}
	return made, dead
}

// derivesFrom reports whether a kind of request has the platform make objects that start with
// a class.
func (ix *index) derivesFrom(request uint8, c class) bool {
	for _, f := range ix.demands.requests[request].further {
		if f.makes != 0 && f.class == c {
			return true
		}
	}
	return false
}

// derive counts the objects that the platform makes because of a request, and those that a
// request without an answer may have made.
func (ix *index) derive(request, result uint8, counts map[string]int) {
	for _, f := range ix.demands.requests[request].further {
		if f.makes == 0 {
			continue
		}
		n := int64(1)
		if f.Counted {
			n = int64(counts[f.Name])
		}
		by := ix.attempts.derives[f.class]
		if by == nil {
			by = make([]derives, len(ix.demands.requests))
			ix.attempts.derives[f.class] = by
		}
		switch result {
		case accepted:
			by[request].sure += n
		case unknown:
			by[request].maybe += n
		}
	}
}

// derives are numbers of objects that the platform makes for sure, and may have made.
type derives struct{ sure, maybe int64 }
