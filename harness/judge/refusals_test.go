package judge_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/recording"
)

// twice has the proxy send a change of that kind twice: the first pod did it and broke off, the second one's answer came.
func twice(h *history.History, change string, status int, rollout bool) string {
	per := map[string]int{}
	for _, r := range h.Requests {
		if r.Change == change {
			per[r.Key]++
		}
	}
	i := slices.IndexFunc(h.Requests, func(r history.Request) bool {
		return r.Change == change && r.Result == history.Accepted && per[r.Key] == 1 && r.Start > 8e9 && len(r.Counts) == 0
	})
	r := &h.Requests[i]
	r.Result, r.Status, r.Event = history.Refused, status, ""
	if rollout {
		old := history.Pod{Seen: r.Start - 3e9, Namespace: "todo-app", Name: "todo-backend-6d5f7c9b8-abcde", UID: "u-old", Phase: "Running", Ready: true}
		gone, fresh := old, old
		gone.Seen, gone.Ready, gone.Deleted = r.End, false, true
		fresh.Name, fresh.UID, fresh.Seen = "todo-backend-5c4e6b8a7-fghij", "u-new", r.Start-1e9
		h.Pods = append(h.Pods, old, fresh, gone)
	}
	return r.Key
}

// TestAChangeThatAProxyRepeats has the answer to a change be that of its repetition
// (nginx/kubernetes-ingress#3056, kubernetes/ingress-nginx#1512).
func TestAChangeThatAProxyRepeats(t *testing.T) {
	for change, status := range map[string]int{"delete": http.StatusNotFound, "update": http.StatusPreconditionFailed, "complete": http.StatusConflict} {
		h := clean(t)
		twice(h, change, status, true)
		if v := judge.Judge(h, recording.Rules()); v.Result == judge.Fail {
			t.Errorf("%s in a rollout of todo-backend: %s", change, explain(v))
		}

		h = clean(t)
		twice(h, change, status, false)
		v := judge.Judge(h, recording.Rules())
		count := int64(0)
		for _, g := range v.Guarantees {
			count += g.Count
		}
		if v.Result != judge.Fail || count != 1 || !strings.Contains(texts(v), strconv.Itoa(status)) {
			t.Errorf("%s without any disturbance: %d violations, want one that names %d: %s", change, count, status, explain(v))
		}
	}
	h := clean(t)
	r := h.Requests[len(h.Requests)-1]
	r.Method, r.Change, r.Key, r.Result, r.Status, r.Event, r.Counts = http.MethodDelete, "delete", "00000000-0000-4000-8000-00000000dead", history.Refused, http.StatusNotFound, "", nil
	h.Requests = append(h.Requests, r)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Pass {
		t.Errorf("404 for a task that never was: %s", explain(v))
	}
}

// TestAnotherRefusalExcusesNothing has a refused change take effect whose answer does
// not say that it was made before.
func TestAnotherRefusalExcusesNothing(t *testing.T) {
	h := clean(t)
	twice(h, "update", http.StatusUnprocessableEntity, true)
	if v := judge.Judge(h, recording.Rules()); v.Result != judge.Fail {
		t.Error(explain(v))
	}
}
