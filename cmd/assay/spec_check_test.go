package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASpecificationIsStartedCheckedAndCompared walks the way of somebody who writes one.
func TestASpecificationIsStartedCheckedAndCompared(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	out, errs, code := assay(t, "spec", "init", dir)
	if code != exitGreen || !strings.Contains(out, "assay spec check "+dir) {
		t.Fatalf("init: %d %s %s", code, out, errs)
	}
	if _, errs, code := assay(t, "spec", "init", dir); code != exitRefused || !strings.Contains(errs, "is there already") {
		t.Errorf("init of what is there: %d %s", code, errs)
	}
	if out, errs, code := assay(t, "spec", "check", dir); code != exitGreen || !strings.Contains(out, "requirements") {
		t.Errorf("check: %d %s %s", code, out, errs)
	}
	if out, _, code := assay(t, "spec", "diff", "spec/todo", dir); code != exitGreen || !strings.Contains(out, "nothing differs") {
		t.Errorf("diff of equals: %d %s", code, out)
	}
	file := filepath.Join(dir, "platform.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write := func(old, new string) {
		t.Helper()
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(raw), old, new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{name: task-events, partitions: 3,", "{name: task-events, partitions: 5,")
	if out, _, code := assay(t, "spec", "diff", "spec/todo", dir); code != exitGreen || !strings.Contains(out, "topic.task-events.partitions") {
		t.Errorf("diff: %d %s", code, out)
	}
	if out, errs, code := assay(t, "spec", "check", dir); code != exitError || !strings.Contains(out, `is "3", but topic.task-events.partitions is`) {
		t.Errorf("the document says another number, and check: %d %s %s", code, out, errs)
	}
	write("partitions:", "partitoins:")
	if _, errs, code := assay(t, "spec", "check", dir); code != exitError || !strings.Contains(errs, `did you mean "partitions"`) {
		t.Errorf("a typo: %d %s", code, errs)
	}
}
