//go:build lifecycle

package platform

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/hermetic/host/snapshot"
)

// killsEnv is how many times each command is killed, three times if it is unset.
const killsEnv = "ASSAY_KILLS"

func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv(killsEnv)
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q", killsEnv, text)
	}
	return n
}

// killed bounds a test that kills commands which take so long each.
func killed(t *testing.T, each time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills(t))*each)
	t.Cleanup(cancel)
	return ctx
}

// assertClean wants one command to undo everything that a killed one left, and
// nothing to be left for a second one.
func assertClean(ctx context.Context, t *testing.T, p *Platform) {
	t.Helper()
	finish(ctx, t, p, 0, "heal") // waits until the dead one's Lease has expired
	if out := finish(ctx, t, p, 0, "heal"); !strings.Contains(out, "nothing to clean up") {
		t.Errorf("something was left:\n%s", out)
	}
	if _, err := p.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Healthy(ctx); err != nil {
		t.Errorf("the platform is not healthy: %v", err)
	}
}

// TestKilledMutate kills a mutate at random moments, and wants heal to undo the mutant,
// and the next mutate to find the platform as it was.
func TestKilledMutate(t *testing.T) {
	ctx := killed(t, 6*time.Minute)
	p := checkout(t, os.Stderr)
	for range kills(t) {
		killSometime(ctx, t, p, time.Second, 60*time.Second, "mutate", "--only", "quota.*", "--fresh")
		assertClean(ctx, t, p)
	}
	killSometime(ctx, t, p, 5*time.Second, 30*time.Second, "mutate", "--only", "quota.*", "--fresh")
	// Without heal: the next one undoes what was left itself.
	finish(ctx, t, p, 0, "mutate", "--only", "quota.todo-app.cpu-requests-*", "--fresh")
	assertClean(ctx, t, p)
}

// killedFaults are of each way of undoing: a pod that comes back by itself, a resource
// of Chaos Mesh, a scale, a node.
var killedFaults = []string{"broker-pod-kill", "partition-app-statestore", "postgresql-outage", "node-pause"}

// TestKilledFault kills a judge at random moments of faults, and wants heal to remove
// every trace.
func TestKilledFault(t *testing.T) {
	ctx := killed(t, 8*time.Minute)
	p := checkout(t, os.Stderr)
	for n := range kills(t) {
		fault := killedFaults[n%len(killedFaults)]
		killSometime(ctx, t, p, 10*time.Second, 150*time.Second, "test", "chaos", "--focus", fault)
		assertClean(ctx, t, p)
	}
}

// TestKilledDown kills a down at random moments, and wants the next one to leave the
// machine as it was before the platform was up.
func TestKilledDown(t *testing.T) {
	ctx := killed(t, 8*time.Minute)
	p := checkout(t, os.Stderr)
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	before := take(ctx, t)
	for range kills(t) {
		if err := p.Up(ctx); err != nil {
			t.Fatal(err)
		}
		killSometime(ctx, t, p, 100*time.Millisecond, 8*time.Second, "down")
		assertDown(ctx, t, p, before)
	}
	if err := p.Up(ctx); err != nil { // as it was found
		t.Fatal(err)
	}
}

// assertDown takes the platform down and wants the machine as it was.
func assertDown(ctx context.Context, t *testing.T, p *Platform, before snapshot.Snapshot) {
	t.Helper()
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string(nil), snapshot.Diff(before, take(ctx, t), snapshot.Exceptions)); diff != "" {
		t.Errorf("the machine is not as it was before up (+found)\n%s", diff)
	}
	if state, err := p.loadState(); err != nil || state != nil {
		t.Errorf("the state is left: %v, %v", state, err)
	}
}

// TestKilledUp takes the platform down, kills an up at a random moment, again and
// again, and wants the next up to finish whatever the kills left, and down to leave
// the machine as it was.
func TestKilledUp(t *testing.T) {
	ctx := killed(t, 6*time.Minute)
	p := checkout(t, os.Stderr)
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	before := take(ctx, t)
	for n := range kills(t) {
		// An up from nothing takes between two and three minutes.
		killSometime(ctx, t, p, 5*time.Second, 125*time.Second, "up")
		if n%3 == 2 { // also a down of what a killed up left
			assertDown(ctx, t, p, before)
		}
	}
	if err := p.Up(ctx); err != nil {
		t.Fatalf("the up after the kills: %v", err)
	}
	if _, err := p.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Healthy(ctx); err != nil {
		t.Errorf("the platform is not healthy: %v", err)
	}
	assertDown(ctx, t, p, before)
}
