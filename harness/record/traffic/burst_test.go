package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge/orders"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

func TestTheLargestObjectIsWithinTheBoundsOfTheAPI(t *testing.T) {
	load := todo.Must().Load
	call, err := Largest(load, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var made struct {
		Title string   `json:"title"`
		Tags  []string `json:"tags"`
		User  string   `json:"user_id"`
	}
	if err := json.Unmarshal(call.Body, &made); err != nil {
		t.Fatal(err)
	}
	object := load.Objects[0]
	title, _ := object.Field("title")
	tags, _ := object.Field("tags")
	if n := utf8.RuneCountInString(made.Title); n != title.Text.Largest {
		t.Errorf("a title of %d characters", n)
	}
	slices.Sort(made.Tags)
	if different := len(slices.Compact(made.Tags)); different != tags.Texts.Largest {
		t.Errorf("%d tags", different)
	}
	for _, tag := range made.Tags {
		if n := utf8.RuneCountInString(tag); n != tags.Texts.LargestLength {
			t.Errorf("a tag of %d characters", n)
		}
	}
	if len(call.Body) < 4500 || len(call.Body) > 64<<10 || made.User != call.User {
		t.Errorf("%d bytes for %s", len(call.Body), made.User)
	}
	if call.Counts["reminders"] != 2 {
		t.Errorf("expected are %v", call.Counts)
	}
	if _, err := Largest(spec.Traffic{}, time.Now()); !errors.Is(err, ErrMakesNothing) {
		t.Errorf("a load that makes nothing: %v", err)
	}
}

// endless accepts requests until a number is reached, then ends its caller's context.
type endless struct {
	*api
	until int
	end   context.CancelFunc
}

func (e endless) Do(ctx context.Context, call observe.Call) (observe.Answer, error) {
	answer, err := e.api.Do(ctx, call)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.calls) >= e.until {
		e.end()
	}
	return answer, err
}

func TestABurstCountsWhatWasAccepted(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	load := orders.Must().Load
	a := endless{&api{load: load, log: newMemory(), nth: 5, bad: history.Unknown}, 100, end}
	accepted, err := Burst(ctx, a, load, 8)
	if err != nil {
		t.Fatal(err)
	}
	if all := len(a.log.seen.Requests); all < 100 || accepted != int64(all-all/5) {
		t.Errorf("%d of %d were accepted", accepted, all)
	}
	a.log.full = true
	if _, err := Burst(t.Context(), a, load, 3); err == nil {
		t.Error("a full history is no error")
	}
}
