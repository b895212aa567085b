package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
)

// widest is a character of four bytes in UTF-8, the most that one has.
const widest = "\U0001D11E"

// Largest is the creation of a task that is as large as the API takes, of a user of its
// own, with one reminder.
func Largest(now time.Time) (observe.Call, error) {
	user := uuid.NewString()
	due := now.Add(365 * 24 * time.Hour).Truncate(time.Second).UTC()
	made := fields{Title: strings.Repeat(widest, maxTitle), Priority: "high", DueDate: &due}
	for n := range maxTags { // which differ
		number := fmt.Sprintf("%02d", n)
		made.Tags = append(made.Tags, number+strings.Repeat(widest, maxTag-len(number)))
	}
	body, err := json.Marshal(struct {
		UserID string `json:"user_id"`
		fields
	}{user, made})
	if err != nil {
		return observe.Call{}, fmt.Errorf("write a task: %w", err)
	}
	return observe.Call{Method: http.MethodPost, Path: "/api/tasks", Body: body, User: user, Change: "create", Counts: map[string]int{"reminders": 1}, KeyAt: keyAt, EventAt: eventAt}, nil
}

// Swell makes tasks that are as large as the API takes, so many side by side, until ctx
// ends, and returns how many were accepted. What was begun is answered, or times out,
// before it returns. The error is of the history.
func Swell(ctx context.Context, api API, sideBySide int) (int64, error) {
	var accepted atomic.Int64
	var making sync.WaitGroup
	problems := make([]error, sideBySide)
	for n := range sideBySide {
		making.Go(func() {
			for ctx.Err() == nil && problems[n] == nil {
				call, err := Largest(time.Now())
				if err == nil {
					var answer observe.Answer
					if answer, err = api.Do(context.WithoutCancel(ctx), call); answer.Outcome == history.Accepted {
						accepted.Add(1)
					}
				}
				problems[n] = err
			}
		})
	}
	making.Wait()
	return accepted.Load(), errors.Join(problems...)
}
