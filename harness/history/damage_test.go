package history

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// TestABrokenLineIsDamage breaks one line of a file in ways in which disks and
// editors break them. What is in front of it is read, and no reader gives up.
func TestABrokenLineIsDamage(t *testing.T) {
	for name, change := range map[string][2]string{
		"a NUL in a value":         {`"01"`, "\"0\x00\""},
		"a NUL between members":    {`,"offset"`, ",\x00\"offset\""},
		"a line of NULs":           {`{"seen":6`, strings.Repeat("\x00", 20)},
		"a flipped bit in a name":  {`"topic"`, `"uopic"`},
		"a flipped bit in a value": {`"partition":0`, `"partition":p`},
		"an unknown member":        {`{"seen":6`, `{"color":1,"seen":6`},
		"two values":               {`{"seen":6`, `{} {"seen":6`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := saved(t)
			rewrite(t, Records.path(dir), func(l [][]byte) [][]byte {
				l[2] = bytes.Replace(l[2], []byte(change[0]), []byte(change[1]), 1)
				return l
			})
			h, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(h.Damage) != 1 || h.Damage[0].Line != 3 || len(h.Records) != 1 || len(h.Loads) != 1 {
				t.Errorf("damage %v, %d records", h.Damage, len(h.Records))
			}
		})
	}
}

func TestABrokenHeaderIsDamage(t *testing.T) {
	dir := saved(t)
	rewrite(t, Commits.path(dir), func(l [][]byte) [][]byte { l[0] = []byte("\x00\x00\n"); return l })
	h, err := Open(dir)
	if err != nil || len(h.Damage) != 1 || h.Damage[0].File != "commits.jsonl" {
		t.Errorf("%v, error %v", h, err)
	}
}

// TestALongLineCostsNoMemory reads a file with a line of 64 MB.
func TestALongLineCostsNoMemory(t *testing.T) {
	dir := saved(t)
	rewrite(t, KubeEvents.path(dir), func(l [][]byte) [][]byte {
		l[1] = append(bytes.Repeat([]byte("x"), 64<<20), '\n')
		return l
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h, err := Open(dir)
	runtime.ReadMemStats(&after)
	if err != nil || len(h.Damage) != 1 || !strings.Contains(h.Damage[0].Text, "a line of more than") {
		t.Fatalf("%v, error %v", h, err)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 8*MaxLine {
		t.Errorf("%d MB were allocated", allocated>>20)
	}
}

func TestTheWriterRefusesALongLine(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "new"), Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(KubeEvent{Message: strings.Repeat("x", MaxLine)}); err == nil {
		t.Error("a line that no reader takes was written")
	}
	_ = w.Close() // it says so again
}

// TestVersionOneIsRead reads a history of the version that has no holes, groups,
// moves and clocks.
func TestVersionOneIsRead(t *testing.T) {
	dir := saved(t)
	for _, kind := range Kinds() {
		if kind == Holes || kind == Groups || kind == Moves || kind == Clocks {
			if err := os.Remove(kind.path(dir)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		rewrite(t, kind.path(dir), func(l [][]byte) [][]byte {
			return reseal(bytes.Replace(bytes.Join(l[:len(l)-1], nil), []byte(`"version":3`), []byte(`"version":1`), 1))
		})
	}
	h, err := Open(dir)
	if err != nil || len(h.Damage) > 0 || h.Header.Version != 1 || len(h.Records) != 3 {
		t.Fatalf("%+v, error %v", h, err)
	}
	if err := os.Remove(Commits.path(dir)); err != nil {
		t.Fatal(err)
	}
	if h, err = Open(dir); err != nil || len(h.Damage) != 1 {
		t.Errorf("damage %v, error %v", h.Damage, err)
	}
}

// TestEveryKindIsInTheTable writes and reads an entry of each kind.
func TestEveryKindIsInTheTable(t *testing.T) {
	h, copied := sample(), &History{Header: sample().Header}
	kinds := map[Kind]int{}
	h.Each(func(entry any) {
		e := entry.(Entry)
		kinds[e.kind()]++
		if err := copied.Write(reflect.ValueOf(entry).Elem().Interface().(Entry)); err != nil {
			t.Error(err)
		}
	})
	for _, kind := range Kinds() {
		if kinds[kind] == 0 {
			t.Errorf("the sample has no entry of the kind %s", kind)
		}
	}
	if !reflect.DeepEqual(h, copied) {
		t.Errorf("got  %+v\nwant %+v", copied, h)
	}
	seen := 0
	if _, damage, err := Visit(saved(t), func(any) { seen++ }); err != nil || len(damage) > 0 || seen != len(kinds)+2 {
		t.Errorf("%d entries visited, damage %v, error %v", seen, damage, err)
	}
}

// recorder is a disk that remembers the order of what is done to it.
type recorder struct{ done []string }

func (r *recorder) Write(p []byte) (int, error) { r.done = append(r.done, "write"); return len(p), nil }
func (r *recorder) Sync() error                 { r.done = append(r.done, "sync"); return nil }
func (r *recorder) Close() error                { r.done = append(r.done, "close"); return nil }

func TestAClosedFileIsSynced(t *testing.T) {
	r := &recorder{}
	f := newFile("x.jsonl", r)
	if err := errors.Join(f.write(Load{Events: 1}), f.close()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"write", "sync", "close"}; !reflect.DeepEqual(r.done, want) {
		t.Errorf("%v, want %v", r.done, want)
	}
}

func TestDifferentBytesAreDifferentTexts(t *testing.T) {
	seen := map[string]string{}
	for _, raw := range [][]byte{nil, {}, {0, 0, 0, 0x80}, {0, 0, 0, 0x81}, {0xff, 0xfe}, {0xff}, {0xde, 0xad, 0xbe, 0xef}, {0xca, 0xfe, 0xba, 0xbe},
		[]byte("\ufffd"), []byte("hex:ff"), []byte("hex:"), []byte("text"), {0, 0, 0, 1}} {
		text := Bytes(raw)
		if before, known := seen[text]; known {
			t.Errorf("%q and %q are both %q", raw, before, text)
		}
		seen[text] = string(raw)
	}
	if Bytes([]byte("text")) != "text" || Bytes(nil) != "" {
		t.Error("text is not kept as it is")
	}
}
