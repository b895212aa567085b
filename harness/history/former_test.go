package history

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// written writes one file of a history of a version, with one entry.
func written(t *testing.T, dir, version string, kind Kind, entry string) {
	t.Helper()
	content := []byte(`{"version":` + version + `,"run":"r","experiment":"e","base":"2026-02-15T12:00:00Z","seed":1,"kind":"` + string(kind) + "\"}\n" + entry + "\n")
	if err := os.WriteFile(kind.path(dir), bytes.Join(reseal(content), nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFormerVersionsAreTranslated reads entries whose members have other names today.
func TestFormerVersionsAreTranslated(t *testing.T) {
	for _, version := range []string{"1", "2"} {
		dir := t.TempDir()
		written(t, dir, version, Requests, `{"begin":1,"end":2,"method":"POST","path":"/","outcome":"accepted","task":"t","user":"u","change":"create","event":"e","reminders":2,"occurrences":1}`)
		written(t, dir, version, Records, `{"seen":1,"topic":"x","partition":0,"offset":0,"stamp":1,"key":"k","id":"e","type":"a","task":"t","action":"create","sha256":"00","size":1}`)
		written(t, dir, version, Deliveries, `{"seen":1,"group":"g","topic":"x","id":"e","task":"t","answer":"success","attempt":1}`)
		h, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		request := Request{Start: 1, End: 2, Method: "POST", Path: "/", Result: Accepted, Key: "t", User: "u", Change: "create", Event: "e", Counts: map[string]int{"reminders": 2, "occurrences": 1}}
		if !reflect.DeepEqual(h.Requests, []Request{request}) {
			t.Errorf("version %s: %+v, want %+v", version, h.Requests, request)
		}
		record := Record{Seen: 1, Topic: "x", Stamp: 1, Key: "k", ID: "e", Type: "a", EventKey: "t", Label: "create", SHA256: "00", Size: 1}
		if !reflect.DeepEqual(h.Records, []Record{record}) {
			t.Errorf("version %s: %+v, want %+v", version, h.Records, record)
		}
		delivery := Delivery{Seen: 1, Group: "g", Topic: "x", ID: "e", Key: "t", Answer: Success, Attempt: 1}
		if !reflect.DeepEqual(h.Deliveries, []Delivery{delivery}) {
			t.Errorf("version %s: %+v, want %+v", version, h.Deliveries, delivery)
		}
		again := filepath.Join(t.TempDir(), "again")
		if err := h.Save(again); err != nil {
			t.Fatal(err)
		}
		if saved, err := Open(again); err != nil || saved.Header.Version != Version || !reflect.DeepEqual(saved.Records, h.Records) {
			t.Errorf("version %s, saved again: %v, %v", version, saved, err)
		}
	}
}

// TestFormerMembersAreOfFormerVersions has a file of today use a name of then.
func TestFormerMembersAreOfFormerVersions(t *testing.T) {
	for kind, entry := range map[Kind]string{
		Requests: `{"outcome":"accepted","task":"t"}`,
		Records:  `{"topic":"x","action":"create"}`,
	} {
		dir := t.TempDir()
		written(t, dir, "3", kind, entry)
		if _, err := Open(dir); err == nil {
			t.Errorf("%s: %s was read", kind, entry)
		}
	}
}
