// Package recur creates the next occurrence of a completed recurring task.
package recur

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/recurrence"
)

// Names are what the specification calls what the recurrer deals with.
type Names struct {
	// Completed is the type of the event that a task was completed.
	Completed string
	// Backend is the Dapr app id of the tasks API, APIPath where it is there.
	Backend, APIPath string
}

// Recurrer handles task events.
type Recurrer struct {
	backend dapr.Invoker
	names   Names
}

// New makes a recurrer that calls the backend.
func New(backend dapr.Invoker, names Names) *Recurrer {
	return &Recurrer{backend: backend, names: names}
}

// occurrence is the request that creates the next task.
type occurrence struct {
	UserID            string    `json:"user_id"`
	Title             string    `json:"title"`
	Priority          string    `json:"priority"`
	DueDate           time.Time `json:"due_date"`
	RecurrencePattern string    `json:"recurrence_pattern"`
	Tags              []string  `json:"tags"`
}

// Handle creates the next occurrence for a completed task with a pattern and
// ignores everything else. The event's id is the idempotency key of the
// creation: a redelivery finds the task that the first delivery made.
func (r *Recurrer) Handle(ctx context.Context, e events.Envelope[events.Task]) (consumer.Result, error) {
	if e.Type != r.names.Completed || e.Data.RecurrencePattern == nil {
		return consumer.Ignored, nil
	}
	rule, err := recurrence.Parse(*e.Data.RecurrencePattern)
	if err != nil {
		// The schema allows any string, but with one that nobody can read the
		// next occurrence would silently never come: it must be seen.
		return "", fmt.Errorf("%w: %w", consumer.ErrDrop, err)
	}
	body, err := json.Marshal(next(e, rule))
	if err != nil {
		return "", fmt.Errorf("%w: encode the next occurrence: %w", consumer.ErrDrop, err)
	}
	resp, err := r.backend.Invoke(ctx, dapr.Request{
		AppID: r.names.Backend, Method: http.MethodPost, Path: r.names.APIPath, Body: body,
		Header: http.Header{
			"Content-Type":    {"application/json"},
			"Idempotency-Key": {"recurrence-" + e.ID},
		},
	})
	if err != nil {
		return "", err
	}
	return resultOf(resp)
}

// next computes the occurrence from the event alone, so that every delivery
// asks for the same task: counted from the due date, or from the completion
// when there is none, the first one after the completion.
func next(e events.Envelope[events.Task], rule recurrence.Rule) occurrence {
	start := e.Time
	if e.Data.DueDate != nil {
		start = *e.Data.DueDate
	}
	return occurrence{
		UserID: e.Data.UserID, Title: e.Data.Title, Priority: e.Data.Priority,
		DueDate:           rule.Next(start.UTC(), e.Time.UTC()),
		RecurrencePattern: *e.Data.RecurrencePattern, Tags: e.Data.Tags,
	}
}

// resultOf reads the backend's answer. 4xx says that this occurrence can never
// be created, apart from the codes that ask to come again.
func resultOf(resp *dapr.Response) (consumer.Result, error) {
	switch resp.Status {
	case http.StatusCreated:
		return consumer.Processed, nil
	case http.StatusOK, http.StatusGone: // made before, perhaps deleted since
		return consumer.Duplicate, nil
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return "", fmt.Errorf("%w: the backend refuses the next occurrence with %d", consumer.ErrDrop, resp.Status)
	}
	return "", fmt.Errorf("the backend answers %d", resp.Status)
}
