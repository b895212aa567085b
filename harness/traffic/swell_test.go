package traffic

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
)

func TestTheLargestTaskIsWithinTheBoundsOfTheAPI(t *testing.T) {
	call, err := Largest(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var task struct {
		Title string   `json:"title"`
		Tags  []string `json:"tags"`
		User  string   `json:"user_id"`
	}
	if err := json.Unmarshal(call.Body, &task); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(task.Title); n != maxTitle {
		t.Errorf("a title of %d characters", n)
	}
	slices.Sort(task.Tags)
	if different := len(slices.Compact(task.Tags)); different != maxTags {
		t.Errorf("%d tags", different)
	}
	for _, tag := range task.Tags {
		if n := utf8.RuneCountInString(tag); n != maxTag {
			t.Errorf("a tag of %d characters", n)
		}
	}
	if len(call.Body) < 4500 || len(call.Body) > 64<<10 || task.User != call.User {
		t.Errorf("%d bytes for %s", len(call.Body), task.User)
	}
}

// endless accepts tasks until a number is reached, then ends its caller's context.
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

func TestSwellingCountsWhatWasAccepted(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	a := endless{&api{log: newMemory(), nth: 5, bad: history.Unknown}, 100, end}
	accepted, err := Swell(ctx, a, 8)
	if err != nil {
		t.Fatal(err)
	}
	if all := len(a.log.seen.Requests); all < 100 || accepted != int64(all-all/5) {
		t.Errorf("%d of %d were accepted", accepted, all)
	}
	a.log.full = true
	if _, err := Swell(t.Context(), a, 3); err == nil {
		t.Error("a full history is no error")
	}
}
