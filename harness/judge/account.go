package judge

import "assay.dev/assay/harness/history"

// account is what is known of one key that the API changes: what was asked for,
// and what of it came to Kafka.
type account struct {
	key      uint32
	known    bool            // a request names it
	accepted [changes]uint32 // changes that were accepted, by kind
	nameless [changes]uint32 // those of them whose answer named no event
	unknown  [changes]uint32 // changes whose answer did not come
	// reminders are those that accepted changes cause; maybe those of unknown ones.
	reminders, maybe uint32

	// What came to Kafka, each event counted once however many records it has:
	// linked key events belong to an accepted change, others do not.
	linked, unlinked, synced [changes]uint32
	reminded                 uint32
}

// accountOf returns the account of a key, made if it is new.
func (ix *index) accountOf(key uint32) *account {
	if key == 0 {
		return &account{}
	}
	at := ix.account.at(int(key) - 1)
	if *at == 0 {
		*at = uint32(ix.ledger.add(account{key: key})) + 1
	}
	return ix.ledger.at(int(*at) - 1)
}

func (a *account) request(change, outcome uint8, r *history.Request) {
	a.known = true
	switch outcome {
	case accepted:
		a.accepted[change]++
		if r.Event == "" {
			a.nameless[change]++
		}
		a.reminders += uint32(r.Counts["reminders"])
	case unknown:
		a.unknown[change]++
		a.maybe += uint32(r.Counts["reminders"])
	}
}

// again takes back what the second answer to one change was counted for.
func (a *account) again(change uint8, r *history.Request) {
	a.accepted[change]--
	a.reminders -= uint32(r.Counts["reminders"])
}

// expected is how many changes of a kind took effect: the accepted ones, and
// those unknown ones whose key event came.
func (a *account) expected(change uint8) uint32 {
	return a.accepted[change] + max(a.unlinked[change], a.nameless[change]) - a.nameless[change]
}

// tally counts what came to Kafka into the accounts.
func (j *judgement) tally() {
	for n := range j.events() {
		e := j.ix.ev(n)
		fate := j.fate(n)
		if fate.main == 0 || e.via == viaSidecar || e.via == viaKafka {
			continue
		}
		rec := j.ix.rec(fate.main)
		if rec.key == 0 {
			continue
		}
		a := j.ix.accountOf(rec.key)
		switch change := changeOfKind(rec.kind); {
		case change != 0 && e.outcome == accepted:
			a.linked[change]++
		case change != 0:
			a.unlinked[change]++
		case rec.kind == syncKind:
			a.synced[rec.action]++
		case rec.kind == reminderKind:
			a.reminded++
		}
	}
}
