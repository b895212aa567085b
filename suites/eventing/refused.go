package eventing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/spec/schemas"
)

// refusal is a request that would cause an invalid event, and what was answered.
type refusal struct {
	Name string
	// Marker is a text in the request that no other has.
	Marker string
	Answer observe.Answer
}

// ask sends every request that would cause an invalid event: for each constraint
// on what a client decides, the creation of a task that breaks it, and the same
// change of a task that is there.
func (x *experiment) ask(ctx context.Context) error {
	made, err := x.answers.Do(ctx, observe.Call{
		Method: http.MethodPost, Path: "/api/tasks", Change: "create", User: x.users[0], KeyAt: keyAt, EventAt: eventAt,
		Body: []byte(fmt.Sprintf(`{"user_id":%q,"title":"the task that nobody may break"}`, x.users[0])),
	})
	if err == nil && made.Outcome != history.Accepted {
		err = errors.New(made.Error)
	}
	if err != nil {
		return fmt.Errorf("make a task: %d %s: %w", made.Status, made.Body, err)
	}
	for _, r := range requests(made.Key) {
		answer, err := x.front.Do(ctx, r.call)
		if err != nil {
			return err
		}
		x.Refused = append(x.Refused, refusal{r.name, r.marker, answer})
	}
	return nil
}

type request struct {
	name, marker string
	call         observe.Call
}

// requests are all of them; task is the one that is there.
func requests(task string) []request {
	var all []request
	add := func(name, method, path, marker string, body any) {
		raw, err := json.Marshal(body)
		if err != nil {
			panic(err) // of values made here
		}
		if text, ok := body.(string); ok {
			raw = []byte(text)
		}
		call := observe.Call{Method: method, Path: path, Body: raw}
		if method == http.MethodPatch {
			call.ContentType = "application/merge-patch+json"
		}
		all = append(all, request{name: method + " with " + name, marker: marker, call: call})
	}
	one := "/api/tasks/" + task
	for _, v := range p.Spec.Schemas.Variants(taskEvent) {
		member, ours := clientDecides(v)
		if !ours {
			continue
		}
		marker := uuid.NewString()
		whole := body(v, marker)
		add(v.Name, http.MethodPost, "/api/tasks", marker, whole)
		delete(whole, "user_id")
		switch {
		case member == "user_id" && v.Keyword == "required": // it cannot be left out where it is not sent
		case v.Keyword == "required":
			add(v.Name, http.MethodPut, one, marker, whole)
		default:
			if member == "user_id" {
				whole["user_id"] = dataOf(v)["user_id"]
			}
			add(v.Name, http.MethodPut, one, marker, whole)
			if member != "user_id" {
				add(v.Name, http.MethodPatch, one, marker, map[string]any{member: dataOf(v)[member]})
			}
		}
	}
	for name, at := range map[string]any{"a date": "2026-02-30", "a number": 7, "no date": "soon"} {
		marker := uuid.NewString()
		add("a reminder at "+name, http.MethodPost, "/api/tasks", marker,
			map[string]any{"user_id": marker, "title": marker, "remind_at": at})
	}
	for name, raw := range schemas.Undecodable() {
		if len(raw) > 0 {
			add("bytes: "+name, http.MethodPost, "/api/tasks", "", string(raw))
		}
	}
	return all
}

// clientDecides says whether a variant breaks what a client sends, and which
// member. What a client leaves out gets a default, but for two members.
func clientDecides(v schemas.Variant) (string, bool) {
	member, inside := strings.CutPrefix(v.Location, "data.")
	if !inside {
		return "", false
	}
	member, _, _ = strings.Cut(member, "[")
	if member == "task_id" {
		return "", false // the server makes it
	}
	if v.Keyword == "required" {
		return member, member == "title" || member == "user_id"
	}
	return member, true
}

func dataOf(v schemas.Variant) map[string]any {
	var event struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(v.Raw, &event); err != nil {
		panic(err) // a variant inside of data is JSON
	}
	return event.Data
}

// body is a task that is broken as the variant's data are, and marked.
func body(v schemas.Variant, marker string) map[string]any {
	data := dataOf(v)
	delete(data, "task_id")
	if v.Location != "data.user_id" {
		data["user_id"] = marker
	}
	if v.Location != "data.title" {
		data["title"] = marker
	}
	return data
}
