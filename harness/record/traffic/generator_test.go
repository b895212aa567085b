package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// memory is a history in memory, for several goroutines.
type memory struct {
	mu    sync.Mutex
	clock history.Clock
	seen  history.History
	full  bool
}

func newMemory() *memory { return &memory{clock: history.NewClock()} }

func (m *memory) Now() history.Nanos { return m.clock.Now() }

func (m *memory) Write(e history.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return errors.New("no space left on device")
	}
	return m.seen.Write(e)
}

// api answers as a backend of a load would, but for every nth call.
type api struct {
	mu    sync.Mutex
	load  spec.Traffic
	log   *memory
	calls []observe.Call
	nth   int
	bad   history.Result
}

func (a *api) does(call observe.Call) spec.RequestEffect {
	r, _ := a.load.Request(call.Change)
	return r.Does
}

func (a *api) Do(_ context.Context, call observe.Call) (observe.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call)
	answer := observe.Answer{Request: history.Request{Change: call.Change, Key: call.Key, Result: history.Accepted}}
	if a.does(call) == spec.Makes {
		answer.Key = uuid.NewString()
	}
	if a.nth > 0 && len(a.calls)%a.nth == 0 {
		answer.Result = a.bad
	}
	return answer, a.log.Write(answer.Request)
}

// specifications are those whose loads are made.
var specifications = map[string]*spec.Spec{"reference": todo.Must(), "orders": orders.Must()}

func newAPI(p Profile) *api { return &api{load: p.Load, log: newMemory()} }

func fast(s *spec.Spec, seed int64) Profile {
	p := Steady(s, seed)
	p.Load.Rate, p.Minimum = 2000, 1
	return p
}

// load sends until n calls were made.
func load(t *testing.T, a *api, p Profile, n int) history.Load {
	t.Helper()
	g, err := Start(t.Context(), a, a.log, p)
	if err != nil {
		t.Fatal(err)
	}
	for {
		a.mu.Lock()
		made := len(a.calls)
		a.mu.Unlock()
		if made >= n {
			break
		}
		time.Sleep(time.Millisecond)
	}
	l, err := g.Stop()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSendsTheRequestsOfTheSpecification wants every request of a load, with the fields
// that it carries in their bounds, about objects that were made.
func TestSendsTheRequestsOfTheSpecification(t *testing.T) {
	for name, s := range specifications {
		p := fast(s, 1)
		a := newAPI(p)
		l := load(t, a, p, 600)
		kinds, users, counted := map[string]int{}, map[string]bool{}, map[string]int{}
		for _, call := range a.calls {
			kinds[call.Change]++
			users[call.User] = true
			for expectation, n := range call.Counts {
				counted[call.Change+" "+expectation] += n
			}
			if (a.does(call) == spec.Makes) != (call.Key == "") || strings.ContainsAny(call.Path, "{}") {
				t.Errorf("%s: a %s of %q at %s", name, call.Change, call.Key, call.Path)
			}
			if len(call.Body) > 0 && (!json.Valid(call.Body) || bytes.Contains(call.Body, []byte(`"$`))) {
				t.Errorf("%s: a %s with %s", name, call.Change, call.Body)
			}
		}
		for _, r := range s.Load.Requests {
			if kinds[r.Name] < 20 {
				t.Errorf("%s: only %d of %d requests are %s", name, kinds[r.Name], len(a.calls), r.Name)
			}
			for _, e := range r.Expects {
				if e.Counted() == (counted[r.Name+" "+e.Name] == 0) {
					t.Errorf("%s: %d %s of all %s", name, counted[r.Name+" "+e.Name], e.Name, r.Name)
				}
			}
		}
		if len(users) != s.Load.Users {
			t.Errorf("%s: %d users", name, len(users))
		}
		if int(l.Events) != len(a.calls) || l.Reached <= 0 || len(a.log.seen.Loads) != 1 || len(a.log.seen.Requests) != len(a.calls) {
			t.Errorf("%s: %d calls, load %+v, in the history %d loads and %d requests", name, len(a.calls), l, len(a.log.seen.Loads), len(a.log.seen.Requests))
		}
	}
}

// TestTheReferenceSendsWhatItsAPITakes looks at the bounds of one API, and at when which
// request is sent.
func TestTheReferenceSendsWhatItsAPITakes(t *testing.T) {
	p := fast(todo.Must(), 1)
	a := newAPI(p)
	load(t, a, p, 800)
	object, _ := p.Load.Object("task")
	title, _ := object.Field("title")
	tags, _ := object.Field("tags")
	done, sent := map[string]bool{}, map[string]int{}
	for _, call := range a.calls {
		var body struct {
			Title     *string  `json:"title"`
			Tags      []string `json:"tags"`
			Completed *bool    `json:"completed"`
		}
		if len(call.Body) > 0 {
			if err := json.Unmarshal(call.Body, &body); err != nil {
				t.Fatal(err)
			}
		}
		if body.Title != nil {
			if n := len([]rune(*body.Title)); n < 1 || n > title.Text.Largest || len(body.Tags) > tags.Texts.Largest || strings.TrimSpace(*body.Title) == "" {
				t.Errorf("the API refuses %s", call.Body)
			}
		}
		if call.Change == "update" && *body.Completed != done[call.Key] {
			t.Errorf("an update says completed %t of a task that is %t", *body.Completed, done[call.Key])
		}
		if done[call.Key] && (call.Change == "complete" || call.Counts["reminders"] > 0) {
			t.Errorf("a %s with %v of a completed task", call.Change, call.Counts)
		}
		done[call.Key] = done[call.Key] || call.Change == "complete"
		if call.Change == "delete" && sent[call.Key] < 1 { // and its creation, which has no key
			t.Errorf("a task is deleted after %d changes", sent[call.Key])
		}
		sent[call.Key]++
	}
}

func TestCountsOnlyWhatWasAccepted(t *testing.T) {
	for _, bad := range []history.Result{history.Refused, history.Unknown} {
		p := fast(orders.Must(), 2)
		a := newAPI(p)
		a.nth, a.bad = 3, bad
		l := load(t, a, p, 300)
		want := int64(len(a.calls) - len(a.calls)/3)
		if l.Events != want {
			t.Errorf("%s: %d of %d calls count as accepted, want %d", bad, l.Events, len(a.calls), want)
		}
	}
}

// An object of which it is open what it is must not be changed any more: nobody
// could tell in which order its changes took effect.
func TestLeavesAnObjectAloneOnceAnAnswerIsMissing(t *testing.T) {
	p := fast(orders.Must(), 3)
	a := newAPI(p)
	a.nth, a.bad = 5, history.Unknown
	load(t, a, p, 400)
	left := map[string]bool{}
	for i, call := range a.calls {
		if left[call.Key] {
			t.Fatalf("object %s is changed after an unknown answer", call.Key)
		}
		if (i+1)%5 == 0 && call.Key != "" {
			left[call.Key] = true
		}
	}
	if len(left) == 0 {
		t.Error("no answer was missing")
	}
}

func TestOneKeyIsChangedOneAtATimeFromItsSeed(t *testing.T) {
	for name, s := range specifications {
		p := fast(s, 4)
		p.Load.Keys, p.Load.Users = 1, 1
		shape := func() []string {
			a := newAPI(p)
			load(t, a, p, 60)
			var shapes []string
			for _, call := range a.calls[:60] {
				shapes = append(shapes, fmt.Sprint(call.Change, call.User, call.Counts))
			}
			return shapes
		}
		if first, second := shape(), shape(); !slices.Equal(first, second) {
			t.Errorf("%s: one seed, two loads:\n%v\n%v", name, first, second)
		}
	}
}

func TestStopsWhenNothingIsRecorded(t *testing.T) {
	p := fast(orders.Must(), 5)
	a := newAPI(p)
	a.log.full = true
	g, err := Start(t.Context(), a, a.log, p)
	if err != nil {
		t.Fatal(err)
	}
	g.running.Wait() // ends by itself
	if _, err := g.Stop(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error is %v", err)
	}
}

func TestRefusesAProfileThatIsNone(t *testing.T) {
	for name, change := range map[string]func(*Profile){
		"no rate":          func(p *Profile) { p.Load.Rate = 0 },
		"minimum too high": func(p *Profile) { p.Minimum = p.Load.Rate + 1 },
		"no keys":          func(p *Profile) { p.Load.Keys = 0 },
		"no users":         func(p *Profile) { p.Load.Users = 0 },
		"no requests":      func(p *Profile) { p.Load.Requests = nil },
		"nothing is made":  func(p *Profile) { p.Load.Requests = p.Load.Requests[1:] },
	} {
		p := Steady(orders.Must(), 1)
		change(&p)
		if _, err := Start(t.Context(), newAPI(p), newMemory(), p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A load that is on the verge of its minimum would be below it when its last
// answers are in.
func TestEnoughLeavesTimeForTheLastAnswers(t *testing.T) {
	second := history.Nanos(time.Second)
	for _, test := range []struct {
		events int64
		took   history.Nanos
		want   bool
	}{{15, 10 * second, false}, {16, 10 * second, false}, {17, 10 * second, false}, {18, 10 * second, true}, {0, 0, true}, {0, second, false}} {
		if got := enough(test.events, test.took, 1.6); got != test.want {
			t.Errorf("%d events in %d s: %v", test.events, test.took/second, got)
		}
	}
}
