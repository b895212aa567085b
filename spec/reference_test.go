package spec

import (
	"os"
	"testing"
)

// reference loads the reference specification from its directory.
func reference(t *testing.T) *Spec {
	t.Helper()
	s, err := Load("spec/todo", os.DirFS("todo"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// platformYAML returns the tables of the reference specification.
func platformYAML(t *testing.T) []byte {
	t.Helper()
	raw, err := os.ReadFile("todo/" + PlatformFile)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
