package report

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

func TestCover(t *testing.T) {
	var all []suitereport.Listed
	for _, r := range todo.Must().Requirements {
		all = append(all, suitereport.Listed{Suite: r.Suite, Name: r.Text(), Labels: r.Labels()})
	}
	if c := Cover(todo.Must(), all); !c.Complete() {
		t.Errorf("every requirement has a check, and yet: without %v, unclaimed %v, misplaced %v", c.Without, c.Unclaimed, c.Misplaced)
	}
	broken := slices.Concat(all[1:], []suitereport.Listed{
		{Suite: spec.Quotas, Name: "claims nothing", Labels: []string{"MUST"}},
		{Suite: spec.Chaos, Name: "is in the wrong suite", Labels: todo.Must().Requirement("topic.task-events.partitions").Labels()},
	})
	c := Cover(todo.Must(), broken)
	if c.Complete() || !slices.Equal(c.Without, []string{todo.Must().Requirements[0].ID}) || len(c.Unclaimed) != 1 || len(c.Misplaced) != 1 {
		t.Errorf("without %v, unclaimed %v, misplaced %v", c.Without, c.Unclaimed, c.Misplaced)
	}
	var b strings.Builder
	if err := c.Print(&b, 80); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{todo.Must().Requirements[0].ID, "quotas: claims nothing", "topic.task-events.partitions belongs to provisioning, its check is in chaos", "all "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
