package docs_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A block marked "console" holds commands that need no platform: lines that start with
// "$ " are commands, what follows is the output. "…" stands for any text of a line, and
// on a line of its own for any number of lines. The commands of one page run in one shell,
// in a copy of the checkout that has its own bin and artifacts. A command may fail only if
// `echo $?` follows it.
//
// A block marked "sh" holds commands that need a platform, an account or much time. They
// are not run; their targets, subcommands and flags have to exist.

const perPage = 2 * time.Minute

// step is a command of a page with its output.
type step struct {
	line    int
	command string
	want    []string
}

// steps returns the commands of the page's console blocks.
func (p page) steps() []step {
	var all []step
	for _, b := range p.blocks() {
		if b.kind != "console" {
			continue
		}
		for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				all = append(all, step{line: b.line + 1 + i, command: command})
			} else if len(all) > 0 {
				all[len(all)-1].want = append(all[len(all)-1].want, line)
			}
		}
	}
	return all
}

// TestCommandsOfThePages runs every command that needs no platform.
func TestCommandsOfThePages(t *testing.T) {
	ran := 0
	for _, p := range pages(t) {
		steps := p.steps()
		if len(steps) == 0 {
			continue
		}
		ran += len(steps)
		t.Run(p.path, func(t *testing.T) {
			t.Parallel()
			outputs, codes := runSteps(t, steps)
			for i, s := range steps {
				if codes[i] != "0" && (i+1 == len(steps) || steps[i+1].command != "echo $?") {
					t.Errorf("%s:%d: `%s` ends with %s, and `echo $?` does not follow:\n%s", p.path, s.line, s.command, codes[i], strings.Join(outputs[i], "\n"))
				} else if why := differs(s.want, outputs[i]); why != "" {
					t.Errorf("%s:%d: `%s`: %s\nthe whole output:\n%s", p.path, s.line, s.command, why, strings.Join(outputs[i], "\n"))
				}
			}
		})
	}
	if ran == 0 {
		t.Error("no page has a command that is run")
	}
}

const marker = "--- ended with "

// runSteps runs commands in one shell; it returns the output and the exit code of each.
func runSteps(t *testing.T, steps []step) (outputs [][]string, codes []string) {
	t.Helper()
	var script strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&script, "%s\ncode=$?; echo; echo '%s'$code; (exit $code)\n", s.command, marker)
	}
	ctx, cancel := context.WithTimeout(t.Context(), perPage)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-c", "exec 2>&1\n"+script.String()+"\nexit 0")
	shell.Dir, shell.Env = checkout(t), environment()
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("the shell: %v\n%s", err, out)
	}
	var now []string
	for _, line := range strings.Split(string(out), "\n") {
		code, ended := strings.CutPrefix(line, marker)
		if !ended {
			now = append(now, strings.TrimRight(line, " "))
			continue
		}
		now = now[:len(now)-1] // the empty line of echo, or the end of the last one
		if n := len(now); n > 0 && now[n-1] == "" {
			now = now[:n-1]
		}
		outputs, codes, now = append(outputs, now), append(codes, code), nil
	}
	if len(codes) != len(steps) {
		t.Fatalf("%d of %d commands ended:\n%s", len(codes), len(steps), out)
	}
	return outputs, codes
}

// environment is that of this process without what steers assay or a make around it.
func environment() []string {
	var all []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "ASSAY_") && !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "COLUMNS" && name != "HOLD" && name != "PWD" {
			all = append(all, entry)
		}
	}
	return append(all, "NO_COLOR=1")
}

// checkout makes a folder like a checkout, in which the command is compiled and nothing
// has been run yet. The go command saves a test's result while the files that the test
// itself has opened are as they were, and the commands are other processes: so it opens
// what they read.
func checkout(t *testing.T) string {
	t.Helper()
	goSource(t)
	for _, dir := range []string{"spec", "mutants", "testdata", "docs/runs"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				_, err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "assay")
	from, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "bin" && name != "artifacts" && name != ".git" {
			if err := os.Symlink(filepath.Join(from, name), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Symlink(assay(t), filepath.Join(dir, "bin", "assay")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// compiledIn is the folder of the compiled command, empty as long as no test needs it.
var compiledIn string

// compiled is the command as this checkout has it. `go run` finds a program that was
// linked before in Go's build cache, which `go build -o` does not: it takes a second
// instead of seven.
var compiled = sync.OnceValues(func() (string, error) {
	var err error
	if compiledIn, err = os.MkdirTemp("", "assay-docs-"); err != nil {
		return "", err
	}
	to := filepath.Join(compiledIn, "assay")
	// cp gets the program first, and then where it goes.
	build := exec.Command("go", "run", "-buildvcs=false", "-exec", "cp", "./cmd/assay", to)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile the command: %w\n%s", err, out)
	}
	return to, nil
})

func assay(t *testing.T) string {
	t.Helper()
	path, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMain removes the compiled command.
func TestMain(m *testing.M) {
	code := m.Run()
	if compiledIn != "" {
		if err := os.RemoveAll(compiledIn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// differs says where an output is not what a page shows, or nothing.
func differs(want, got []string) string {
	for i, line := range want {
		if strings.TrimSpace(line) == "…" {
			if i+1 == len(want) {
				return ""
			}
			for from := range len(got) + 1 {
				if differs(want[i+1:], got[from:]) == "" {
					return ""
				}
			}
			return fmt.Sprintf("nothing in the output is followed as the page shows it from %q on", want[i+1])
		}
		if i >= len(got) {
			return fmt.Sprintf("the output ends before %q", line)
		}
		if !fits(strings.TrimRight(line, " "), got[i]) {
			return fmt.Sprintf("the page shows %q, the output is %q", line, got[i])
		}
		if rest := got[i+1:]; i+1 == len(want) && len(rest) > 0 {
			return fmt.Sprintf("the page ends, the output goes on with %q", rest[0])
		}
	}
	if len(want) == 0 && len(got) > 0 {
		return fmt.Sprintf("the page shows no output, the output is %q", got[0])
	}
	return ""
}

// fits reports whether a line is the one that a page shows.
func fits(shown, line string) bool {
	parts := strings.Split(shown, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(line)
}

// TestDiffers holds that a page whose output is otherwise is found.
func TestDiffers(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a\nc", false},
		{"a", "a\nb", false},
		{"a\nb", "a", false},
		{"a\n…", "a\nb\nc", true},
		{"…\nc", "a\nb\nc", true},
		{"…\nb", "a\nb\nc", false},
		{"a … c", "a b c", true},
		{"a … c", "a b d", false},
		{"a.c", "abc", false},
	} {
		if why := differs(strings.Split(c.want, "\n"), strings.Split(c.got, "\n")); (why == "") != c.same {
			t.Errorf("%q shown for %q: %q", c.want, c.got, why)
		}
	}
	if differs(nil, []string{"a"}) == "" {
		t.Error("an output that the page does not show is not found")
	}
}
