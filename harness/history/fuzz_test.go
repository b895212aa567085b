package history

import (
	"bytes"
	"os"
	"testing"
)

// FuzzHistories reads a file of records whose bytes may be anything. A reader ends
// without a panic, and whoever changed a sealed file is found out: the entries that
// are read without damage are those that were written.
func FuzzHistories(f *testing.F) {
	dir := f.TempDir()
	if err := sample().Save(dir + "/h"); err != nil {
		f.Fatal(err)
	}
	path := Records.path(dir + "/h")
	complete, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(complete)
	f.Add(bytes.Replace(complete, []byte(`"01"`), []byte("\"0\x00\""), 1))
	f.Add(bytes.Replace(complete, []byte(`"topic"`), []byte(`"uopic"`), 1))
	f.Add(complete[:len(complete)*2/3])
	f.Add(append(bytes.Clone(complete), complete...))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		read := 0
		header, damage, err := Read(dir+"/h", func(r *Record) error {
			read++
			return r.validate()
		})
		sound := err == nil && len(damage) == 0
		if sound && (header.Version < oldest || header.Version > Version) {
			t.Errorf("a history of version %d was read", header.Version)
		}
		if lines := bytes.Count(content, []byte("\n")); sound && read != lines-2 {
			t.Errorf("%d entries of %d lines were read without damage", read, lines)
		}
	})
}
