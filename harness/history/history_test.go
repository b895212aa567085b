package history

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// sample is a history with entries of every kind.
func sample() *History {
	at := time.Date(2026, 2, 15, 12, 0, 0, 5, time.UTC)
	return &History{
		Header:      Header{Version: Version, Run: "r1", Experiment: "steady", Base: at, Seed: 7},
		Requests:    []Request{{Start: 1, End: 2, Method: "POST", Path: "/v1/orders", Result: Accepted, Status: 201, Key: "t", Change: "place", Event: "e", Counts: map[string]int{"shipments": 2}}},
		Publishes:   []Publish{{Start: 3, End: 4, Via: "kafka", Topic: "shipments", ID: "<p>&", Result: Unknown, TTL: time.Second, Partition: -1, Offset: -1}},
		Records:     []Record{{Seen: 5, Topic: "orders", ID: "e", SHA256: "00"}, {Seen: 6, Topic: "orders", Offset: 1, SHA256: "01", Headers: []RecordHeader{{Name: "ce_id", Value: "e"}}, Mode: BinaryMode}, {Seen: 7, Topic: "orders", Offset: 2, SHA256: "02"}},
		Bounds:      []Bounds{{Seen: 6, Topic: "orders", Next: 3}},
		Commits:     []Commit{{Seen: 7, Group: "g", Topic: "orders", Offset: -1}},
		Deliveries:  []Delivery{{Seen: 8, Group: "g", Topic: "orders", ID: "e", Answer: Retry, Attempt: 1}},
		Effects:     []Effect{{Seen: 9, Group: "g", Topic: "orders", ID: "e", Times: 1}},
		Faults:      []Fault{{Name: "broker-pod-kill", Blast: []string{"kafka/shop-kafka-kafka-0"}, Requested: 10}},
		Pods:        []Pod{{Seen: 11, Namespace: "kafka", Name: "p", UID: "u", Phase: "Running", Ready: true}},
		Deployments: []Deployment{{Seen: 12, Namespace: "shop", Name: "d", Revision: 1}},
		KubeEvents:  []KubeEvent{{Seen: 13, Object: "Pod kafka/p", Type: "Normal", Reason: "Started"}},
		Observers:   []Observer{{Name: "kafka", Start: 0, End: 14, Gaps: []Gap{{From: 1, To: 2, Why: "moved"}}}},
		Holes:       []Hole{{Seen: 14, Topic: "orders", From: 3, To: 4, Why: Marker}},
		Groups:      []Group{{Seen: 14, Group: "g", State: "Stable", Generation: 1, Members: []string{"m"}, Coordinator: 0}},
		Moves:       []Move{{Seen: 14, Group: "g", Topic: "orders", From: 1, To: 9}},
		Clocks:      []ClockPair{{Seen: 14, Wall: 99}},
		Loads:       []Load{{Start: 0, End: 15, Minimum: 1, Reached: 2, Events: 30}},
	}
}

func saved(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "steady")
	if err := sample().Save(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAHistoryIsReadAsItWasWritten(t *testing.T) {
	got, err := Open(saved(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestEveryEditIsDetected changes the file of records in each way that leaves
// valid JSON lines behind.
func TestEveryEditIsDetected(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(lines [][]byte) [][]byte
		want string
	}{
		{"an entry removed", func(l [][]byte) [][]byte { return append(l[:2:2], l[3:]...) }, "3 entries were written, 2 are here"},
		{"an entry added", func(l [][]byte) [][]byte { return append(l[:2:2], l[1:]...) }, "3 entries were written, 4 are here"},
		{"two entries swapped", func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l }, "not in that order"},
		{"a value changed", func(l [][]byte) [][]byte { l[2] = bytes.Replace(l[2], []byte(`"01"`), []byte(`"ff"`), 1); return l }, "not those that were written"},
		{"the header changed", func(l [][]byte) [][]byte {
			l[0] = bytes.Replace(l[0], []byte(`"seed":7`), []byte(`"seed":7 `), 1)
			return l
		}, "not those that were written"},
		{"the closing line removed", func(l [][]byte) [][]byte { return l[:4] }, "closing line is missing"},
		{"the end removed", func(l [][]byte) [][]byte { return l[:2] }, "closing line is missing"},
		{"a line torn", func(l [][]byte) [][]byte { return append(l[:2:2], l[2][:9]) }, "in the middle of a line"},
		{"a line after the closing line", func(l [][]byte) [][]byte { return append(l, l[3]) }, "more after the closing line"},
		{"the closing line changed", func(l [][]byte) [][]byte { l[4] = []byte("{\"closed\":null}\n"); return l }, "cannot be read"},
		{"nothing left", func([][]byte) [][]byte { return nil }, "truncated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := saved(t)
			rewrite(t, Records.path(dir), c.edit)
			h, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Damage) != 1 || !strings.Contains(h.Damage[0].String(), c.want) || h.Damage[0].File != "records.jsonl" {
				t.Errorf("damage %v, want one of %s with %q", h.Damage, "records.jsonl", c.want)
			}
			if len(h.Requests) != 1 || len(h.Loads) != 1 {
				t.Errorf("the other files were not read: %+v", h)
			}
		})
	}
}

// reseal closes the lines of a file as their writer would have.
func reseal(content []byte) [][]byte {
	lines := bytes.Count(content, []byte("\n")) - 1 // without the header
	sum := sha256.Sum256(content)
	return [][]byte{content, fmt.Appendf(nil, "{\"closed\":{\"count\":%d,\"sha256\":\"%x\"}}\n", lines, sum)}
}

func rewrite(t *testing.T, path string, edit func([][]byte) [][]byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(content, []byte("\n"))
	if err := os.WriteFile(path, bytes.Join(edit(lines[:len(lines)-1]), nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAMissingFileIsDamage(t *testing.T) {
	dir := saved(t)
	if err := os.Remove(Commits.path(dir)); err != nil {
		t.Fatal(err)
	}
	h, err := Open(dir)
	if err != nil || len(h.Damage) != 1 || !strings.Contains(h.Damage[0].Text, "missing") {
		t.Errorf("damage %v, error %v", h, err)
	}
}

// TestWhatIsUnknownIsRefused names file and line.
func TestWhatIsUnknownIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           string
	}{
		{"version", `"version":3`, `"version":4`, "publishes.jsonl:1: the history is of version 4, this is for the versions 1 to 3"},
		{"kind", `"kind":"publishes"`, `"kind":"records"`, `publishes.jsonl:1: the file is of kind "records"`},
		{"member", `"via":"kafka"`, `"via":"kafka","colour":"red"`, `publishes.jsonl:2: json: unknown field "colour"`},
		{"outcome", `"outcome":"unknown"`, `"outcome":"perhaps"`, `publishes.jsonl:2: unknown outcome "perhaps"`},
		{"type", `"begin":3`, `"begin":"3"`, "publishes.jsonl:2: json: cannot unmarshal string"},
		{"JSON", `{"begin":3`, `{begin:3`, "publishes.jsonl:2: invalid character"},
		{"two values", `{"begin":3`, `{} {"begin":3`, "publishes.jsonl:2: more than one value"},
		{"header", `{"version":3`, `{"verse":2`, "publishes.jsonl:1: the history is of version 0"},
		{"run", `"run":"r1"`, `"run":"r2"`, "files of two histories"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := saved(t)
			rewrite(t, Publishes.path(dir), func(lines [][]byte) [][]byte {
				return reseal(bytes.Replace(bytes.Join(lines[:len(lines)-1], nil), []byte(c.old), []byte(c.new), 1))
			})
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestOpenNeedsAHistory(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("an empty directory was opened")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing directory was opened")
	}
}

func TestTheWriterRefuses(t *testing.T) {
	dir := saved(t)
	if _, err := Create(dir, Header{}); err == nil {
		t.Error("a history was written over another one")
	}
	w, err := Create(filepath.Join(t.TempDir(), "new"), Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(Request{Result: "perhaps"}); err == nil {
		t.Error("an outcome that no reader takes was written")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := w.Write(Load{}); err == nil {
		t.Error("an entry was written after the end")
	}
	if err := w.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

// TestManyWriters has observers write side by side. Each entry arrives whole,
// those of one observer in its order.
func TestManyWriters(t *testing.T) {
	const observers, entries = 8, 500
	dir := t.TempDir()
	w, err := Create(dir, Header{Run: "r", Base: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for o := range observers {
		wg.Go(func() {
			for n := range entries {
				if err := w.Write(Effect{Group: fmt.Sprint(o), ID: strings.Repeat("x", rand.IntN(300)), Times: n}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := Open(dir)
	if err != nil || len(h.Damage) > 0 || len(h.Effects) != observers*entries {
		t.Fatalf("%d effects, damage %v, error %v", len(h.Effects), h.Damage, err)
	}
	next := map[string]int{}
	for _, e := range h.Effects {
		if e.Times != next[e.Group] {
			t.Fatalf("observer %s: %d after %d", e.Group, e.Times, next[e.Group]-1)
		}
		next[e.Group]++
	}
}

// TestAKilledWriterLeavesWhatItHasSeen reads a history whose writer was never
// closed: flushed by time, truncated by its own account.
func TestAKilledWriterLeavesWhatItHasSeen(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, Header{Run: "r", Base: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // it is the reader that is tested
	if err := w.Write(Load{Events: 3}); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * FlushEvery)
	for {
		h, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Damage) != len(Kinds()) {
			t.Fatalf("damage %v, want every file to be truncated", h.Damage)
		}
		if len(h.Loads) == 1 && h.Loads[0].Events == 3 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the entry was not flushed")
		}
		time.Sleep(FlushEvery / 10) // a poll of the disk, which cannot be watched portably
	}
}

// TestLinesOfAllLengthsAreRead has lines end at every place of the buffers that
// they go through.
func TestLinesOfAllLengthsAreRead(t *testing.T) {
	h := &History{Header: Header{Version: Version, Base: time.Now().UTC()}}
	for n := range 9000 {
		if err := h.Write(KubeEvent{Message: strings.Repeat("x", n%1500), Count: int32(n)}); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "h")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir)
	if err != nil || !reflect.DeepEqual(got, h) {
		t.Errorf("%d events, damage %v, error %v", len(got.KubeEvents), got.Damage, err)
	}
}

func TestALongLineIsRead(t *testing.T) {
	h := &History{Header: Header{Base: time.Now().Round(0)}}
	long := strings.Repeat("long ", 1<<16)
	if err := h.Write(KubeEvent{Message: long}); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "h")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Open(dir)
	if err != nil || len(got.Damage) > 0 || got.KubeEvents[0].Message != long {
		t.Errorf("damage %v, error %v", got.Damage, err)
	}
}

func TestTheClock(t *testing.T) {
	c := NewClock()
	before := c.Now()
	if before < 0 || c.Now() < before {
		t.Error("the clock runs backwards")
	}
	h := Header{Base: c.Base()}
	if at := h.At(h.Time(42)); at != 42 {
		t.Errorf("moment 42 became %d", at)
	}
	if at := c.At(c.Base().Add(time.Second)); at < Nanos(999*time.Millisecond) || at > Nanos(1001*time.Millisecond) {
		t.Errorf("a wall clock one second after the base is moment %d", at)
	}
}
