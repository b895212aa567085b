package conformance_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo/todotest"
)

// consumer is a module of somebody else.
const consumer = "../testdata/consumer"

// offline runs the go command in the consumer's module: it takes modules from the cache
// alone, and changes neither go.mod nor go.sum. On a machine whose cache lacks one the test
// is skipped.
func offline(t *testing.T, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = consumer
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off")
	out, err := command.CombinedOutput()
	if strings.Contains(string(out), "module lookup disabled by GOPROXY=off") {
		t.Skipf("the module cache lacks a module: run `go -C testdata/consumer list -deps -test ./...`\n%s", out)
	}
	if err != nil {
		t.Fatalf("go %s: %v; after a change of go.mod run `go -C testdata/consumer mod tidy`\n%s", strings.Join(args, " "), err, out)
	}
}

// judged is a line of the consumer's test: the ID of a requirement and its result.
var judged = regexp.MustCompile(`(?m): ([a-z0-9.-]+): not run $`)

// monitored is the row of a quota that the consumer's specification does not have.
const monitored = "  - {namespace: monitoring, cpuRequest: 250m, cpuLimit: 500m, memoryRequest: 256Mi, memoryLimit: 512Mi}\n"

// TestAConsumerRunsTheQuotas builds the test of a module of somebody else, and lets it list
// what it would judge.
func TestAConsumerRunsTheQuotas(t *testing.T) {
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum", "quotas_test.go"} {
		content, err := os.ReadFile(filepath.Join(consumer, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	if lines := bytes.Count(files["quotas_test.go"], []byte("\n")); lines > 25 {
		t.Errorf("the consumer's test has %d lines", lines)
	}
	if n := bytes.Count(files["go.mod"], []byte("=>")); n != 1 {
		t.Errorf("the consumer's go.mod replaces %d modules", n)
	}
	program := filepath.Join(t.TempDir(), "consumer.test")
	offline(t, "vet", "./...")
	offline(t, "test", "-vet=off", "-c", "-o", program)
	for _, name := range []string{"go.mod", "go.sum"} {
		if now, err := os.ReadFile(filepath.Join(consumer, name)); err != nil || !bytes.Equal(now, files[name]) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
	for _, dir := range []string{todotest.Copy(t, monitored, ""), "../testdata/shop"} {
		dir, err := filepath.Abs(dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		all := consume(t, program, dir)
		if want := selectedBy(s, ""); !slices.Equal(all, want) {
			t.Errorf("by %s the consumer lists %q, and `assay test quotas` runs %q", dir, all, want)
		}
		focus := "quota." + s.Quotas[0].Namespace
		resolved, err := session.Filter{Focus: focus}.Resolve(s)
		if err != nil {
			t.Fatal(err)
		}
		some := selectedBy(s, focus+".")
		if got := consume(t, program, dir, "-ginkgo.label-filter="+resolved.Labels); !slices.Equal(got, some) || len(some) == 0 || len(some) == len(all) {
			t.Errorf("by %s, with a focus, the consumer lists %q, and `assay test quotas` runs %q", dir, got, some)
		}
	}
}

// consume runs the consumer's test as a dry run by a specification, and returns what it
// lists.
func consume(t *testing.T, program, dir string, flags ...string) []string {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, append([]string{"-test.v", "-ginkgo.dry-run", "-ginkgo.no-color"}, flags...)...)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "PLATFORM_SPEC="+dir, source.Env+"=/nowhere")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if written, err := os.ReadDir(command.Dir); err != nil || len(written) > 0 {
		t.Errorf("a dry run has written %v, %v", written, err)
	}
	var ids []string
	for _, line := range judged.FindAllStringSubmatch(string(out), -1) {
		ids = append(ids, line[1])
	}
	return ids
}

// selectedBy are the requirements of the suite quotas whose IDs start with a text: what
// `assay test quotas` runs, with that text as its focus.
func selectedBy(s *spec.Spec, focus string) []string {
	var ids []string
	for _, r := range s.Requirements {
		if r.Suite == spec.Quotas && strings.HasPrefix(r.ID, focus) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
