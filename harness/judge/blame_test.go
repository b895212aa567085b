package judge_test

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/harness/judge/recording"
)

// blamed are the requirements of a guarantee that failed, and those of its other
// parts.
func blamed(v *judge.Verdict, name string) (broken, others []string) {
	for _, g := range v.Guarantees {
		switch {
		case g.Name == name && g.Result == judge.Fail:
			broken = append(broken, g.Requirements...)
		case strings.HasPrefix(g.Name, name) && g.Result == judge.Pass:
			others = append(others, g.Requirements...)
		}
	}
	return broken, others
}

// TestALostTaskEventBlamesItsChange loses one event of each type: the requirement of
// its change is broken, and those of the other changes are not.
func TestALostTaskEventBlamesItsChange(t *testing.T) {
	all := []string{"event.complete-task", "event.create-task", "event.delete-task", "event.update-task"}
	for kind, right := range map[string]string{"task.created": "event.create-task", "task.updated": "event.update-task", "task.completed": "event.complete-task", "task.deleted": "event.delete-task"} {
		h := clean(t)
		made := map[string]bool{}
		for _, r := range h.Requests {
			made[r.Key] = true
		}
		i := slices.IndexFunc(h.Records, func(r history.Record) bool {
			return r.Type == kind && r.Topic == "task-events" && made[r.EventKey]
		})
		lost := anomaly.Erase(h, i)
		h.Effects = slices.DeleteFunc(h.Effects, func(e history.Effect) bool { return e.ID == lost.ID })
		broken, others := blamed(judge.Judge(h, recording.Rules()), judge.Requested)
		want := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return id == right })
		if !slices.Equal(broken, []string{right}) || !slices.Equal(others, want) {
			t.Errorf("%s: blamed %v, not %v", kind, broken, others)
		}
	}
}

// TestAForeignTypeBlamesItsTopic puts an event of another family into each topic.
func TestAForeignTypeBlamesItsTopic(t *testing.T) {
	for topic, right := range map[string]string{"task-events": "topic.task-events.carries", "reminders": "topic.reminders.carries", "task-updates": "topic.task-updates.carries"} {
		h := clean(t)
		i := slices.IndexFunc(h.Records, func(r history.Record) bool { return r.Topic == topic })
		h.Records[i].Type = "task.archived"
		if broken, others := blamed(judge.Judge(h, recording.Rules()), judge.Families); !slices.Equal(broken, []string{right}) || len(others) != 2 {
			t.Errorf("%s: blamed %v, not %v", topic, broken, others)
		}
	}
}
