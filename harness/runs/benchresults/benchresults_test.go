package benchresults

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	repo, out := t.TempDir(), &strings.Builder{}
	list := []Figure{{Name: "adopt", Value: 3, Bound: 5, Unit: "s"}, {Name: "memory", Value: 8, Bound: 7, Unit: "GiB"}}
	if err := Report(out, repo, "platform", list); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.Contains(lines[1], "3.00 s") || strings.Contains(lines[1], "over") || !strings.Contains(lines[2], "over") {
		t.Errorf("%s", out)
	}
	content, err := os.ReadFile(filepath.Join(repo, "artifacts", "bench", "platform.json"))
	if err != nil {
		t.Fatal(err)
	}
	var saved struct {
		Processors int
		Results    []Figure `json:"figures"`
	}
	if err := json.Unmarshal(content, &saved); err != nil || saved.Processors < 1 || len(saved.Results) != 2 || saved.Results[1] != list[1] {
		t.Errorf("%s, %v", content, err)
	}
}
