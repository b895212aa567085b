package fault

import (
	"context"
	"errors"
	"testing"
	"time"
)

// lateTraffic takes reminders after some have failed, as an API whose pod was replaced.
type lateTraffic struct {
	fakeTraffic
	failing int
	made    int
	// untaken is how often it is asked for a reminder until somebody has taken it in.
	untaken int
}

func (l *lateTraffic) Reminded(context.Context, string) (string, bool, error) {
	if l.untaken--; l.untaken >= 0 {
		return "", false, nil
	}
	return "scheduled", false, nil
}

func (l *lateTraffic) Remind(context.Context, time.Time) (string, error) {
	if l.failing > 0 {
		l.failing--
		return "", errors.New("nobody answers")
	}
	l.made++
	return string(rune('a' + l.made)), nil
}

func TestRemindersAreMadeOnceTheAPIAnswers(t *testing.T) {
	leap := clockLeapBack(newLab(t), "clock-leap-back", "todo-backend", "notification-worker").(*clockLeap)
	traffic := &lateTraffic{failing: 3}
	leap.Involve(traffic)
	for range 2 { // recovery may be called again
		if err := leap.remind(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if traffic.made != remindersAfter || len(leap.tasks) != remindersAfter {
		t.Errorf("%d reminders, %v", traffic.made, leap.tasks)
	}
	for _, at := range leap.tasks {
		if left := time.Until(at); left > soon || left < soon-5*time.Second {
			t.Errorf("a reminder is due in %s", left)
		}
	}
}

func TestTheStoreIsAskedUntilItHasTheReminders(t *testing.T) {
	leap := clockLeapBack(newLab(t), "clock-leap-back", "todo-backend", "notification-worker").(*clockLeap)
	traffic := &lateTraffic{untaken: 4}
	leap.Involve(traffic)
	leap.tasks["a"] = time.Now()
	if err := leap.awaitTaken(t.Context()); err != nil || traffic.untaken >= 0 {
		t.Errorf("%d times to go: %v", traffic.untaken, err)
	}
	traffic.untaken = 1 << 30
	ended, end := context.WithCancel(t.Context())
	end()
	if err := leap.awaitTaken(ended); err == nil {
		t.Error("a reminder that nobody has counts as taken in")
	}
}

func TestALeapThatNeverWasMakesNoReminders(t *testing.T) {
	leap := clockLeapBack(newLab(t), "clock-leap-back", "todo-backend", "notification-worker").(*clockLeap)
	traffic := &lateTraffic{}
	leap.Involve(traffic)
	if err := leap.Recover(t.Context()); err != nil || traffic.made != 0 {
		t.Errorf("%d reminders: %v", traffic.made, err)
	}
	if left, err := leap.Residue(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	traffic.failing = 1000
	if err := leap.remind(ended); err == nil {
		t.Error("reminders that nobody took count as made")
	}
}
