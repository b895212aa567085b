package fault

import (
	"context"
	"errors"
	"testing"
	"time"
)

// lateTraffic takes scheduled effects after some have failed, as an API whose pod was replaced.
type lateTraffic struct {
	fakeTraffic
	failing int
	made    int
	// untaken is how often it is asked for an effect until somebody has taken it in.
	untaken int
}

func (l *lateTraffic) Scheduled(context.Context, string) (string, bool, error) {
	if l.untaken--; l.untaken >= 0 {
		return "", false, nil
	}
	return "scheduled", false, nil
}

func (l *lateTraffic) Schedule(context.Context, time.Time) (string, error) {
	if l.failing > 0 {
		l.failing--
		return "", errors.New("nobody answers")
	}
	l.made++
	return string(rune('a' + l.made)), nil
}

func newJump(t *testing.T) *clockJump {
	t.Helper()
	made, err := New(newLab(t), "clock-leap-back")
	if err != nil {
		t.Fatal(err)
	}
	return made.(*clockJump)
}

func TestEffectsAreScheduledOnceTheAPIAnswers(t *testing.T) {
	jump := newJump(t)
	traffic := &lateTraffic{failing: 3}
	jump.Involve(traffic)
	for range 2 { // recovery may be called again
		if err := jump.schedule(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if traffic.made != scheduledAfter || len(jump.due) != scheduledAfter {
		t.Errorf("%d effects, %v", traffic.made, jump.due)
	}
	for _, at := range jump.due {
		if left := time.Until(at); left > soon || left < soon-5*time.Second {
			t.Errorf("an effect is due in %s", left)
		}
	}
}

func TestTheStoreIsAskedUntilItHasTheEffects(t *testing.T) {
	jump := newJump(t)
	traffic := &lateTraffic{untaken: 4}
	jump.Involve(traffic)
	jump.due["a"] = time.Now()
	if err := jump.awaitTaken(t.Context()); err != nil || traffic.untaken >= 0 {
		t.Errorf("%d times to go: %v", traffic.untaken, err)
	}
	traffic.untaken = 1 << 30
	ended, end := context.WithCancel(t.Context())
	end()
	if err := jump.awaitTaken(ended); err == nil {
		t.Error("an effect that nobody has counts as taken in")
	}
}

func TestALeapThatNeverWasSchedulesNothing(t *testing.T) {
	jump := newJump(t)
	traffic := &lateTraffic{}
	jump.Involve(traffic)
	if err := jump.Recover(t.Context()); err != nil || traffic.made != 0 {
		t.Errorf("%d effects: %v", traffic.made, err)
	}
	if left, err := jump.Residue(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	traffic.failing = 1000
	if err := jump.schedule(ended); err == nil {
		t.Error("effects that nobody took count as made")
	}
}
