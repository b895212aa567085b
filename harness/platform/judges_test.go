//go:build lifecycle

package platform

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/report"
)

// judged is what both judgements are made of: it breaks nothing.
var judged = []string{"test", "provisioning", "quotas"}

// TestTwoJudges judges the platform that is up alone, and again beside others that
// start while it is at work: they are refused, and the verdict stays the same.
func TestTwoJudges(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 14*time.Minute)
	defer cancel()
	p := checkout(t, os.Stderr)
	cluster, err := p.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	alone := start(ctx, t, p, judged...)
	run := awaitHolder(ctx, t, cluster, alone).Run
	code, want := alone.code(), results(t, p, run)

	first := start(ctx, t, p, judged...)
	holder := awaitHolder(ctx, t, cluster, first)
	for _, second := range [][]string{
		{"test", "quotas"}, {"mutate", "--only", "quota.todo-app.cpu-requests-*", "--fresh"}, {"heal"}, {"chaos", "--duration", "1m"},
		{"soak", "--runs", "1", "--suite", "quotas"}, {"down"},
	} {
		out := finish(ctx, t, p, 4, second...)
		for _, text := range []string{"refused:", "process " + strconv.Itoa(holder.PID), "run " + holder.Run, "since " + holder.Since.UTC().Format(time.RFC3339)} {
			if !strings.Contains(out, text) {
				t.Errorf("assay %s lacks %q in\n%s", strings.Join(second, " "), text, out)
			}
		}
	}
	select {
	case <-first.ended:
		t.Error("the first judge ended before all others were refused: nothing was tried beside it")
	default:
	}
	if got := first.code(); got != code {
		t.Errorf("beside others it exits with %d, alone with %d", got, code)
	}
	if diff := cmp.Diff(want, results(t, p, holder.Run)); diff != "" {
		t.Errorf("the verdict is another one (-alone +beside others)\n%s", diff)
	}
	if left, err := lease.Read(ctx, cluster.Clients); err != nil || left != nil {
		t.Errorf("the platform is still held by %v (%v)", left, err)
	}
}

// results are the results of a run by requirement.
func results(t *testing.T, p *Platform, run string) map[string]judge.Result {
	t.Helper()
	read, err := report.Read(filepath.Join(p.repo, RunsDir, run, report.Name))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]judge.Result{}
	for _, r := range read.Requirements {
		if r.Asked {
			found[r.ID] = r.Result
		}
	}
	if len(found) == 0 {
		t.Fatal("the run judged nothing")
	}
	return found
}
