package docs_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// command is one command of assay as its own help shows it.
type command struct {
	words []string // without "assay"
	help  string
	flags []string // with their dashes
}

var (
	listedCommand = regexp.MustCompile(`(?m)^  ([a-z][a-z0-9-]*) {2,}\S`)
	listedFlag    = regexp.MustCompile(`(?m)^ +(?:(-[a-zA-Z]), )?(--[a-z][a-z-]*)`)
)

// asked are the commands of the program, once they have been asked for.
var asked []command

// commands asks the program for all of its commands, by name. Those that cobra makes for
// the completion of each shell are left out.
func commands(t *testing.T) []command {
	t.Helper()
	if asked != nil {
		return asked
	}
	var all []command
	waiting := [][]string{nil}
	for len(waiting) > 0 {
		words := waiting[0]
		waiting = waiting[1:]
		run := exec.CommandContext(t.Context(), assay(t), append(slices.Clone(words), "--help")...)
		run.Dir, run.Env = root, environment()
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("assay %s --help: %v\n%s", strings.Join(words, " "), err, out)
		}
		c := command{words: words, help: string(out)}
		for _, found := range listedFlag.FindAllStringSubmatch(c.help, -1) {
			c.flags = append(c.flags, found[1], found[2])
		}
		all = append(all, c)
		if _, list, ok := strings.Cut(c.help, "Available Commands:\n"); ok {
			list, _, _ = strings.Cut(list, "\n\n")
			for _, found := range listedCommand.FindAllStringSubmatch(list, -1) {
				if found[1] != "help" && !slices.Equal(words, []string{"completion"}) {
					waiting = append(waiting, append(slices.Clone(words), found[1]))
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b command) int { return slices.Compare(a.words, b.words) })
	asked = all
	return all
}

// TestCommandsPage generates docs/reference/commands.md.
func TestCommandsPage(t *testing.T) {
	var out strings.Builder
	out.WriteString("# Commands\nGenerated from the program by `go test ./docs -update`; do not edit. `make build` makes `bin/assay`, `make help` lists the targets of make, and [exit codes](exit-codes.md) says how a command ends.\n")
	for _, c := range commands(t) {
		fmt.Fprintf(&out, "\n## %s\n```text\n%s```\n", strings.Join(append([]string{"assay"}, c.words...), " "), c.help)
	}
	golden(t, "docs/reference/commands.md", out.String())
}

var makeTarget = regexp.MustCompile(`(?m)^([a-z0-9][a-z0-9-]*)(?: [a-z0-9 -]*)?:`)

// targets are those of the Makefile and of what it includes.
func targets(t *testing.T) []string {
	t.Helper()
	all := []string{"test-provisioning", "test-quotas", "test-eventing", "test-chaos"} // by a variable
	for _, file := range []string{"Makefile", "infra/oci.mk", "tools/fuzz.mk"} {
		for _, found := range makeTarget.FindAllStringSubmatch(read(t, file).text, -1) {
			all = append(all, found[1])
		}
	}
	return all
}

// calls returns the commands that a page shows: lines of shell blocks, and code in prose
// that starts with one of the programs.
func (p page) calls() []string {
	var all []string
	for _, b := range p.blocks() {
		if b.kind != "sh" && b.kind != "console" {
			continue
		}
		for _, line := range strings.Split(b.text, "\n") {
			if b.kind == "console" && !strings.HasPrefix(line, "$ ") {
				continue
			}
			all = append(all, strings.TrimSpace(strings.TrimPrefix(line, "$ ")))
		}
	}
	return append(all, p.codes()...)
}

var setting = regexp.MustCompile(`^[A-Z][A-Z_]*=`)

// TestCommandsThatPagesNameExist wants each target, each subcommand and each flag of the
// pages for users to exist.
func TestCommandsThatPagesNameExist(t *testing.T) {
	known, made := commands(t), targets(t)
	seen := 0
	for _, p := range pages(t) {
		if !p.guide() && p.path != "README.md" && !strings.HasPrefix(p.path, "docs/reference/") {
			continue
		}
		for _, call := range p.calls() {
			call, _, _ = strings.Cut(call, " #")
			for _, part := range regexp.MustCompile(`&&|;|\|`).Split(unquoted(call), -1) {
				words := strings.Fields(part)
				for len(words) > 0 && setting.MatchString(words[0]) {
					words = words[1:]
				}
				if len(words) < 2 {
					continue
				}
				seen++
				why := ""
				switch filepath.Base(words[0]) {
				case "make":
					why = unknownTarget(words[1:], made)
				case "assay":
					why = unknownCommand(words[1:], known)
				default:
					seen--
				}
				if why != "" {
					t.Errorf("%s: `%s`: %s", p.path, call, why)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d commands were looked at", seen)
	}
}

// unquoted is a command without what stands in quotes: it may contain separators.
func unquoted(call string) string {
	return regexp.MustCompile(`'[^']*'|"[^"]*"`).ReplaceAllString(call, "QUOTED")
}

func unknownTarget(words, made []string) string {
	for _, word := range words {
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(word) {
			continue
		}
		if !slices.Contains(made, word) {
			return "make has no target " + word
		}
	}
	return ""
}

// unknownCommand finds the longest command that the words name, and flags that it has not.
func unknownCommand(words []string, known []command) string {
	var best command
	for _, c := range known {
		if len(c.words) <= len(words) && slices.Equal(c.words, words[:len(c.words)]) && len(c.words) >= len(best.words) {
			best = c
		}
	}
	for _, word := range words {
		if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "-") && !slices.Contains(best.flags, flag) {
			return fmt.Sprintf("assay %s has no flag %s", strings.Join(best.words, " "), flag)
		}
	}
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return strings.HasPrefix(word, "-") })
	if len(best.words) == 0 && len(words) > 0 && regexp.MustCompile(`^[a-z-]+$`).MatchString(words[0]) {
		return "assay has no command " + words[0]
	}
	return ""
}

// TestUnknownCommandsAreFound holds that a page which names what is not there is red.
func TestUnknownCommandsAreFound(t *testing.T) {
	known, made := commands(t), targets(t)
	for _, call := range []string{"repaly RUN", "spec init DIR --force", "test --fokus x", "-x"} {
		if unknownCommand(strings.Fields(call), known) == "" {
			t.Errorf("assay %s is not found to be wrong", call)
		}
	}
	for _, call := range []string{"replay RUN --json", "spec init DIR", "--spec DIR up", "test chaos --focus x"} {
		if why := unknownCommand(strings.Fields(call), known); why != "" {
			t.Errorf("assay %s: %s", call, why)
		}
	}
	if unknownTarget([]string{"e2e-king"}, made) == "" || unknownTarget([]string{"e2e-kind", "QUICK=1"}, made) != "" {
		t.Error("a target that is not there is not found, or one that is")
	}
}
