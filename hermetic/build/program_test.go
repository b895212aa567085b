package build

import (
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// TestProgramsOfImagesAreForLinux compiles as on a Mac, whose own programs are not.
func TestProgramsOfImagesAreForLinux(t *testing.T) {
	own := goEnv
	t.Cleanup(func() { goEnv = own })
	goEnv = []string{"GOOS=darwin", "GOARCH=" + runtime.GOARCH}
	repo := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/program\n\ngo 1.26\n", "go.sum": "", "hello/main.go": "package main\n\nfunc main() { println(\"hello\") }\n",
	} {
		path := filepath.Join(repo, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cache, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	list := &catalogue.Catalogue{Modules: map[string]catalogue.Module{
		"static": {Dir: ".", Static: true, Programs: map[string]string{"hello": "./hello"}},
	}}
	b := New(repo, list, cache)
	if err := b.makeProgram(t.Context(), io.Discard, "static/hello"); err != nil {
		t.Fatal(err)
	}
	path, err := b.Program("static/hello")
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(path)
	if err != nil {
		t.Fatalf("the program of an image is none of Linux: %v", err)
	}
	defer func() { _ = program.Close() }()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP {
			t.Error("the program of an image needs a C library")
		}
	}
}
