package traffic

import (
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
	"assay.dev/assay/harness/observe"
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

// api answers as the backend would, but for every nth call.
type api struct {
	mu    sync.Mutex
	log   *memory
	calls []observe.Call
	nth   int
	bad   history.Outcome
}

func (a *api) Do(_ context.Context, call observe.Call) (observe.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call)
	answer := observe.Answer{Request: history.Request{Change: call.Change, Key: call.Key, Outcome: history.Accepted}}
	if call.Change == "create" {
		answer.Key = uuid.NewString()
	}
	if a.nth > 0 && len(a.calls)%a.nth == 0 {
		answer.Outcome = a.bad
	}
	return answer, a.log.Write(answer.Request)
}

func fast(seed uint64) Profile {
	p := Steady(seed)
	p.Rate, p.Minimum = 2000, 1
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

func TestSendsChangesThatTheAPITakes(t *testing.T) {
	a := &api{log: newMemory()}
	l := load(t, a, fast(1), 500)
	kinds, users := map[string]int{}, map[string]bool{}
	for _, call := range a.calls {
		kinds[call.Change]++
		users[call.User] = true
		if (call.Change == "create") != (call.Key == "") {
			t.Errorf("a %s of task %q", call.Change, call.Key)
		}
		if call.Change == "create" || call.Change == "update" {
			var f fields
			if err := json.Unmarshal(call.Body, &f); err != nil {
				t.Fatal(err)
			}
			if n := len([]rune(f.Title)); n < 1 || n > maxTitle || len(f.Tags) > maxTags || strings.TrimSpace(f.Title) == "" {
				t.Errorf("the API refuses %s", call.Body)
			}
		}
	}
	for _, kind := range []string{"create", "update", "complete", "delete"} {
		if kinds[kind] < 20 {
			t.Errorf("only %d of %d changes are a %s", kinds[kind], len(a.calls), kind)
		}
	}
	if len(users) != fast(1).Users {
		t.Errorf("%d users", len(users))
	}
	if int(l.Events) != len(a.calls) || l.Reached <= 0 || len(a.log.seen.Loads) != 1 || len(a.log.seen.Requests) != len(a.calls) {
		t.Errorf("%d calls, load %+v, in the history %d loads and %d requests", len(a.calls), l, len(a.log.seen.Loads), len(a.log.seen.Requests))
	}
}

func TestCountsOnlyWhatWasAccepted(t *testing.T) {
	for _, bad := range []history.Outcome{history.Refused, history.Unknown} {
		a := &api{log: newMemory(), nth: 3, bad: bad}
		l := load(t, a, fast(2), 300)
		want := int64(len(a.calls) - len(a.calls)/3)
		if l.Events != want {
			t.Errorf("%s: %d of %d calls count as accepted, want %d", bad, l.Events, len(a.calls), want)
		}
	}
}

// A task of which it is open what it is must not be changed any more: nobody
// could tell in which order its changes took effect.
func TestLeavesATaskAloneOnceAnAnswerIsMissing(t *testing.T) {
	a := &api{log: newMemory(), nth: 5, bad: history.Unknown}
	load(t, a, fast(3), 400)
	left := map[string]bool{}
	for i, call := range a.calls {
		if left[call.Key] {
			t.Fatalf("task %s is changed after an unknown answer", call.Key)
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
	p := fast(4)
	p.Keys, p.Users = 1, 1
	shape := func() []string {
		a := &api{log: newMemory()}
		load(t, a, p, 60)
		var shapes []string
		for _, call := range a.calls[:60] {
			shapes = append(shapes, fmt.Sprint(call.Change, call.User, call.Counts))
		}
		return shapes
	}
	if first, second := shape(), shape(); !slices.Equal(first, second) {
		t.Errorf("one seed, two loads:\n%v\n%v", first, second)
	}
}

func TestStopsWhenNothingIsRecorded(t *testing.T) {
	a := &api{log: newMemory()}
	a.log.full = true
	g, err := Start(t.Context(), a, a.log, fast(5))
	if err != nil {
		t.Fatal(err)
	}
	g.running.Wait() // ends by itself
	if _, err := g.Stop(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error is %v", err)
	}
}

func TestRefusesAProfileThatIsNone(t *testing.T) {
	for name, spoil := range map[string]func(*Profile){
		"no rate":          func(p *Profile) { p.Rate = 0 },
		"minimum too high": func(p *Profile) { p.Minimum = p.Rate + 1 },
		"no keys":          func(p *Profile) { p.Keys = 0 },
		"no users":         func(p *Profile) { p.Users = 0 },
		"no titles":        func(p *Profile) { p.TitleSize = 0 },
		"long titles":      func(p *Profile) { p.TitleSize = maxTitle + 1 },
		"reminders":        func(p *Profile) { p.Reminders = 1.5 },
		"recurring":        func(p *Profile) { p.Recurring = -1 },
	} {
		p := Steady(1)
		spoil(&p)
		if _, err := Start(t.Context(), &api{log: newMemory()}, newMemory(), p); err == nil {
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
