package recording

import (
	"fmt"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
)

// unknownType is one that no route takes.
const unknownType = "recording.unknown"

// probes publishes events to the recording subscriber, each with a script for it.
func (s *sim) probes(start history.Nanos) {
	at := start
	for n := range s.opt.Probes {
		at += s.between(50*ms, 400*ms)
		key := fmt.Sprintf("key-%d", s.rng.IntN(12))
		p := history.Publish{Start: at, End: at + s.between(2*ms, 20*ms), Via: "kafka", Topic: ProbeTopic, ID: s.uuid(),
			Key: key, Type: ProbeType, Result: history.Accepted, Partition: -1, Offset: -1}
		i := item{at: p.End - ms, publ: len(s.h.Publishes), routed: true, script: []history.Answer{history.Success}}
		switch n % 10 {
		case 1: // heals within the retries
			p.Expect = "processed"
			i.script = []history.Answer{history.Retry, history.Fail, history.Success}
		case 3: // never heals
			p.Expect = "failed"
			i.script = []history.Answer{history.Fail}
		case 5:
			p.Expect = "failed"
			i.script = []history.Answer{history.Drop}
		case 7:
			p.Expect, p.TTL = "expired", time.Second
			i.late = true
		case 8:
			p.Via, i.publ = "dapr", -1
		case 9: // its acknowledgement is lost
			if s.opt.Watched {
				i.script = []history.Answer{history.Lost, history.Success}
			}
		}
		i.at = s.workingAt("", i.at)
		p.End = i.at + ms
		p.SHA256, p.Size = bytesOf(p.ID, p.Type, key), 300
		i.rec = history.Record{Topic: ProbeTopic, Partition: -1, Key: key, ID: p.ID, Type: p.Type, SHA256: p.SHA256, Size: p.Size}
		if i.late {
			i.rec.Expires = s.h.Header.Time(i.at).Add(p.TTL).UnixMilli()
		}
		if s.chance(s.opt.Unanswered) && p.Expect == "" {
			p.Result, p.End, i.publ = history.Unknown, p.Start+5*sec, -1
		}
		s.h.Publishes = append(s.h.Publishes, p)
		if p.Result == history.Accepted || s.chance(0.5) {
			at = max(at, i.at+ms)
			s.send(i)
		}
	}
	s.now = max(s.now, at)
}

// poison writes records past the API that no subscriber can process.
func (s *sim) poison(start history.Nanos) {
	var families []spec.EventFamily // whose dead letters are taken
	for _, e := range s.spec.Events {
		if s.deadLetterTopic(e.Topic) != "" {
			families = append(families, e)
		}
	}
	at := start
	for n := range s.opt.Poison {
		at += s.between(100*ms, 2*sec)
		family := families[n%len(families)]
		topic := family.Topic
		id := s.uuid()
		p := history.Publish{Start: at, End: at + s.between(2*ms, 20*ms), Via: "kafka", Topic: topic, ID: id, Key: id,
			Type: family.Types[0], Result: history.Accepted, Expect: "failed", SHA256: bytesOf(id, "poison", topic), Size: 99}
		rec := history.Record{Topic: topic, Partition: -1, Key: id, ID: id, Type: p.Type, SHA256: p.SHA256, Size: p.Size, Invalid: "data: missing"}
		i := item{at: p.End - ms, publ: len(s.h.Publishes), fails: true, routed: true}
		switch n % 4 {
		case 1: // bytes that are no event
			rec.ID, rec.Type, rec.Invalid, i.routed = "", "", "not JSON", false
		case 2: // a type that no route takes
			rec.Type, rec.Invalid, i.routed = unknownType, "type: "+unknownType, false
			p.Type = rec.Type
		}
		i.rec = rec
		s.h.Publishes = append(s.h.Publishes, p)
		s.send(i)
	}
	s.now = max(s.now, at)
}
