package suitereport

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/spec"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func encode(t *testing.T, value any) string {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestReadTakesOneReportAndAListOfOne(t *testing.T) {
	dir, one := t.TempDir(), types.Report{SuitePath: "quotas", SpecReports: types.SpecReports{{State: types.SpecStateTimedout}}}
	for name, content := range map[string]string{
		"one": encode(t, one), "list": " \n" + encode(t, []types.Report{one}),
	} {
		got, err := Read(write(t, filepath.Join(dir, name+".json"), content))
		if err != nil || got.SuitePath != "quotas" || len(got.SpecReports) != 1 || got.SpecReports[0].State != types.SpecStateTimedout {
			t.Errorf("%s: read %+v, %v", name, got, err)
		}
	}
	for name, content := range map[string]string{
		"no report": "[]", "two reports": "[{}, {}]", "cut": `{"SuitePath"`, "a cut list": `[{}`, "nothing": "", "another type": `{"SpecReports": 3}`,
	} {
		path := write(t, filepath.Join(dir, "broken.json"), content)
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error is %v, want one that names %s", name, err, path)
		}
	}
	if _, err := Read(filepath.Join(dir, "absent.json")); err == nil {
		t.Error("a report that is not there was read")
	}
}

func TestReadAll(t *testing.T) {
	dir := t.TempDir()
	if got, err := ReadAll(filepath.Join(dir, "absent")); err != nil || len(got) != 0 {
		t.Errorf("a run without a suite: %v, %v", got, err)
	}
	write(t, filepath.Join(dir, "quotas.json"), encode(t, types.Report{SuitePath: "q"}))
	write(t, filepath.Join(dir, "quotas.log"), "no report")
	got, err := ReadAll(dir)
	if err != nil || len(got) != 1 || got[spec.Quotas].SuitePath != "q" {
		t.Errorf("read %+v, %v", got, err)
	}
	write(t, filepath.Join(dir, "chaos.json"), "{")
	if _, err := ReadAll(dir); err == nil || !strings.Contains(err.Error(), "chaos.json") {
		t.Errorf("the error of a broken report is %v", err)
	}
}

func TestIDsAreThoseOfAllLabelsOnce(t *testing.T) {
	got := IDs(types.SpecReport{
		ContainerHierarchyLabels: [][]string{{"MUST"}, {"topic.a.partitions"}},
		LeafNodeLabels:           []string{"topic.a.partitions", "topic.b.retention", "quotas"},
	})
	if want := []string{"topic.a.partitions", "topic.b.retention"}; !slices.Equal(got, want) {
		t.Errorf("the IDs are %q, want %q", got, want)
	}
}
