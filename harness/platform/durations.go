package platform

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// durations are how long each step took the last time it did something: the
// base of the estimates. They are a convenience, so a file that cannot be read
// or written is no error.
type durations struct {
	file string
	all  map[string]time.Duration
}

func loadDurations(cache string) durations {
	d := durations{file: filepath.Join(cache, "durations.json"), all: map[string]time.Duration{}}
	if content, err := os.ReadFile(d.file); err == nil {
		_ = json.Unmarshal(content, &d.all)
	}
	return d
}

func (d durations) save(took map[string]time.Duration) {
	maps.Copy(d.all, took)
	if content, err := json.MarshalIndent(d.all, "", "  "); err == nil {
		_ = os.WriteFile(d.file, content, 0o600)
	}
}
