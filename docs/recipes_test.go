package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A block of a how-to page that names a file is a part of a recipe: "file=PATH" is a new
// file, "append=PATH" goes to the end of one, "into=PATH after=TEXT" behind the first line
// that ends with TEXT. TestRecipes carries out all of them in a copy of the repository.
var recipe = regexp.MustCompile(`^(\w+) (file|append|into)=(\S+)(?: after=(.+))?$`)

// recipes are the contents of the files that the how-to pages write, by their paths, and
// how many of each kind of Go file are new.
func recipes(t *testing.T) (written map[string]string, goFiles []string) {
	t.Helper()
	written = map[string]string{}
	for _, p := range pages(t) {
		if !strings.HasPrefix(p.path, "docs/howto/") {
			continue
		}
		for _, b := range p.blocks() {
			m := recipe.FindStringSubmatch(b.kind)
			if m == nil {
				if strings.ContainsAny(b.kind, " =") {
					t.Errorf("%s:%d: nobody knows what to do with %q", p.path, b.line, b.kind)
				}
				continue
			}
			path, text := m[3], b.dedented()
			content, known := written[path]
			if !known {
				old, err := os.ReadFile(filepath.Join(root, path))
				if (err == nil) == (m[2] == "file") {
					t.Fatalf("%s:%d: %s: is it there already? %v", p.path, b.line, path, err == nil)
				}
				content = string(old)
			}
			switch m[2] {
			case "file":
				content = text
				if m[1] == "go" {
					goFiles = append(goFiles, path)
				}
			case "append":
				content += text
			case "into":
				at := strings.Index(content, m[4]+"\n")
				if at < 0 {
					t.Fatalf("%s:%d: %s has no line that ends with %q", p.path, b.line, path, m[4])
				}
				at += len(m[4]) + 1
				content = content[:at] + text + content[at:]
			}
			written[path] = content
		}
	}
	return written, goFiles
}

// dedented is the block's text without the indentation of its fence.
func (b block) dedented() string {
	lines := strings.SplitAfter(b.text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, b.indent)
	}
	return strings.Join(lines, "")
}

// overlay writes the files into a folder, and what tells the go command to take them
// instead of those of the repository.
func overlay(t *testing.T, written map[string]string) string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for path, content := range written {
		at, err := filepath.Abs(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		replace[at] = filepath.Join(dir, strings.ReplaceAll(path, "/", "-"))
		if err := os.WriteFile(replace[at], []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// goWith is a search path on which the go command has one more flag, for the programs that
// start it, too: they hand GOFLAGS on to nothing.
func goWith(t *testing.T, flag string) string {
	t.Helper()
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nGOFLAGS=\"$GOFLAGS %s\" exec %q \"$@\"\n", flag, real)
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir + string(filepath.ListSeparator) + os.Getenv("PATH")
}

// TestRecipes follows the how-to pages all at once, in a copy of the repository, and looks
// for what they have added where a user would: in the lists, and in a report. A new row
// needs no Go file, and each new kind of thing one.
func TestRecipes(t *testing.T) {
	written, goFiles := recipes(t)
	if len(goFiles) != 3 {
		t.Errorf("a check, a fault and a guarantee are one Go file each, the pages write %q", goFiles)
	}
	checkout(t) // its files are what the result depends on
	path := goWith(t, "-overlay="+overlay(t, written))
	run := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), args[0], args[1:]...)
		command.Dir, command.Env = root, append(environment(), "PATH="+path)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	program := filepath.Join(t.TempDir(), "assay")
	run("sh", "-c", "exec go build -buildvcs=false -o \"$0\" ./cmd/assay", program)
	// `go test` would put its own folder before the others on the search path.
	for _, pkg := range []string{"suites", "mutants"} {
		run("sh", "-c", `go test -buildvcs=false -vet=off -c -o "$0" "./$1" && cd "$1" && exec "$0" -test.run '^(TestClaims|TestMutants)$'`, program+"."+pkg, pkg)
	}

	shop := filepath.Join(t.TempDir(), "shop")
	if err := os.CopyFS(shop, os.DirFS(filepath.Join(root, "testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shop, "platform.yaml"), []byte(written["testdata/shop/platform.yaml"]), 0o644); err != nil {
		t.Fatal(err)
	}
	replayed := run(program, "replay", "--json", "docs/runs/healthy")
	for what, seen := range map[string]struct{ in, want string }{
		"the fault among those of its specification": {run(program, "--spec", shop, "chaos", "list"), "counter-deleted"},
		"the requirement of the fault":               {run(program, "spec", "diff", "testdata/shop", shop), "fault.counter-deleted"},
		"the mutant":                                 {run(program, "mutate", "--list"), "topic.reminders.compression-gzip"},
		"the requirement in a report":                {replayed, `"topic.reminders.compression"`},
		"the guarantee in a report":                  {replayed, `"expires-later"`},
	} {
		if !strings.Contains(seen.in, seen.want) {
			t.Errorf("%s: no %s in\n%s", what, seen.want, seen.in[:min(len(seen.in), 4000)])
		}
	}
	if !regexp.MustCompile(`(?s)"expires-later"[^}]*"result": *"pass"`).MatchString(replayed) {
		t.Error(fmt.Sprint("the guarantee has judged nothing in docs/runs/healthy: ", regexp.MustCompile(`(?s)"expires-later".{0,300}`).FindString(replayed)))
	}
}
