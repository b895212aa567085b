package eventing

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
	"assay.dev/assay/spec/todo"
)

// by has the suite go by a specification until the test ends.
func by(t *testing.T, s *spec.Spec) {
	t.Helper()
	before := p.Spec
	p.Spec = s
	t.Cleanup(func() { p.Spec = before })
}

// TestInjectedEventsAreTheirOwn gives the examples and the variants of each family an
// identity: what is broken stays broken, what is valid stays valid, and the key is new.
func TestInjectedEventsAreTheirOwn(t *testing.T) {
	for name, s := range map[string]*spec.Spec{"reference": todo.Must(), "orders": orders.Must()} {
		by(t, s)
		x := &experiment{}
		for _, family := range s.Events {
			all, err := x.injections(family)
			if err != nil {
				t.Fatal(err)
			}
			broken := 0
			for _, i := range all {
				valid := s.Schemas.Validate(family.Family, i.Event.Raw) == nil
				if valid == i.broken() {
					t.Errorf("%s: %s of %s is valid: %t", name, i.Name, family.Family, valid)
				}
				read := observe.ReadEvent(i.Event.Raw, observe.Forms(s)[family.Topic])
				if valid && family.Key != "" && read.Key != i.Event.Key {
					t.Errorf("%s: %s of %s has the key %q, not %q", name, i.Name, family.Family, read.Key, i.Event.Key)
				}
				if i.broken() {
					broken++
				}
			}
			if taken := p.Spec.DeadLetterTopic(family.Topic) != ""; taken != (broken > 10) {
				t.Errorf("%s: %d broken events of %s, whose dead letters are taken: %t", name, broken, family.Family, taken)
			}
		}
	}
}

// TestAnInjectedObjectMakesNoOther has a valid event of an object because of which the
// platform would make another one.
func TestAnInjectedObjectMakesNoOther(t *testing.T) {
	s := todo.Must()
	by(t, s)
	family := s.Event("task-event")
	var event map[string]any
	if err := json.Unmarshal(s.Schemas.Examples(family.Family)[0].Raw, &event); err != nil {
		t.Fatal(err)
	}
	replaceMember(event, "data.recurrence_pattern", "daily")
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	made, err := identify(family, schemas.Variant{Raw: raw}, "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000003")
	if err != nil {
		t.Fatal(err)
	}
	decoded := decodeObject(made)
	if pattern, there := member(decoded, "data.recurrence_pattern"); pattern != nil || !there || text(decoded, "data.user_id") != "00000000-0000-4000-8000-000000000003" {
		t.Errorf("%s", made)
	}
}

// TestRequestsThatHaveToBeRefused are those of the load with one member broken, or without
// one that is required.
func TestRequestsThatHaveToBeRefused(t *testing.T) {
	for name, c := range map[string]struct {
		s     *spec.Spec
		least int
	}{"reference": {todo.Must(), 44}, "orders": {orders.Must(), 7}} {
		by(t, c.s)
		x := &experiment{}
		maker := traffic.NewMaker(c.s.Load, rand.New(rand.NewPCG(1, 2)))
		kinds := map[string]int{}
		all := 0
		for _, object := range c.s.Load.Objects {
			refused, err := x.invalid(maker, object, &traffic.Object{Kind: object.Name, Key: "k", User: "u", Values: map[string]any{}})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range refused {
				kinds[strings.Fields(r.name)[0]]++
				if strings.ContainsAny(r.call.Path, "{}") || len(r.call.Body) == 0 {
					t.Errorf("%s: %s at %s with %s", name, r.name, r.call.Path, r.call.Body)
				}
				if r.marker != "" && !strings.Contains(string(r.call.Body), r.marker) {
					t.Errorf("%s: %s does not hold its marker: %s", name, r.name, r.call.Body)
				}
			}
			all += len(refused)
		}
		t.Logf("%s: %d requests %v", name, all, kinds)
		for _, r := range c.s.Load.Requests {
			if len(r.Body) > 0 && name == "reference" && kinds[r.Name] < 9 {
				t.Errorf("%s: only %d requests are a broken %s", name, kinds[r.Name], r.Name)
			}
		}
		if all < c.least {
			t.Errorf("%s: %d requests, want at least %d", name, all, c.least)
		}
	}
}

func TestOutcomesAreSummedByTheirLabel(t *testing.T) {
	const metrics = "# HELP x\ndelivered_total{topic=\"a\",result=\"done\"} 2\ndelivered_total{topic=\"b\",result=\"done\"} 3\ndelivered_total{topic=\"a\",result=\"late\"} 1\nother_total{result=\"done\"} 9\n"
	got, err := countsByLabel([]byte(metrics), "delivered_total", "result")
	if err != nil || got["done"] != 5 || got["late"] != 1 || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	if n := counter(map[string]float64{"a done": 5, "done": 7}, "a", "done"); n != 5 {
		t.Errorf("%g", n)
	}
	if n := counter(map[string]float64{"done": 7}, "a", "done"); n != 7 { // of an older run
		t.Errorf("%g", n)
	}
}
