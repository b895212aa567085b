// Package snapshot describes what a platform may change on the machine that it runs
// on, so that the machine before `up` and after `down` can be compared.
package snapshot

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/host"
)

// Snapshot holds lines by what they describe, such as "mount" or "iptables". A line
// says all that makes two machines differ and nothing that changes by itself.
type Snapshot map[string][]string

// Names of what is described.
const (
	Sysctl    = "sysctl"    // parameters that assay's parts write
	IPTables  = "iptables"  // rules, own chains and policies of IPv4
	IP6Tables = "ip6tables" // of IPv6
	NFTables  = "nftables"  // tables that iptables does not show
	Mount     = "mount"
	Module    = "module"
	Interface = "interface" // of the network
	Loop      = "loop device"
	Docker    = "docker"
	User      = "user" // and group
)

// Take describes the machine. docker's objects are those of the engine that answers,
// none where none does. What this user may not read is described as such.
func Take(ctx context.Context) (Snapshot, error) {
	s := Snapshot{
		Sysctl: host.Sysctls(), Mount: nil, Module: lines("/proc/modules", firstWord),
		Interface: names("/sys/class/net/*"), Loop: loops("/sys/block/loop*/loop/backing_file"),
		User:   append(lines("/etc/passwd", identity), lines("/etc/group", identity)...),
		Docker: dockerObjects(ctx),
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("read the mounts: %w", err)
	}
	s[Mount] = mountLines(string(mounts))
	s[IPTables] = firewall(ctx, ruleLines, "iptables-save")
	s[IP6Tables] = firewall(ctx, ruleLines, "ip6tables-save")
	s[NFTables] = firewall(ctx, nftLines, "nft", "--stateless", "list", "ruleset")
	for _, list := range s {
		slices.Sort(list)
	}
	return s, nil
}

// Exception is a difference that may be there.
type Exception struct {
	// Kind is what the line describes, Added whether it came or went.
	Kind   string
	Added  bool
	Line   *regexp.Regexp
	Reason string
}

// Exceptions are the differences that `down` may leave.
var Exceptions = []Exception{
	{Module, true, regexp.MustCompile(`.*`), "which programs use a module since it was loaded cannot be known, and many cannot be unloaded"},
	{User, true, regexp.MustCompile(`^docker:x:[0-9]+:`), "the group comes with the package docker.io, which stays"},
}

// Diff lists what differs but for the exceptions, as "+ KIND: LINE" for what came and
// "- KIND: LINE" for what went.
func Diff(before, after Snapshot, exceptions []Exception) []string {
	var found []string
	note := func(mark, kind, line string) {
		if !slices.ContainsFunc(exceptions, func(e Exception) bool {
			return e.Kind == kind && e.Added == (mark == "+") && e.Line.MatchString(line)
		}) {
			found = append(found, fmt.Sprintf("%s %s: %s", mark, kind, line))
		}
	}
	kinds := maps.Clone(before)
	maps.Copy(kinds, after)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		came, went := subtract(after[kind], before[kind]), subtract(before[kind], after[kind])
		for _, line := range went {
			note("-", kind, line)
		}
		for _, line := range came {
			note("+", kind, line)
		}
	}
	return found
}

// subtract returns the lines of a that b lacks. A line may be there several times.
func subtract(a, b []string) []string {
	count := map[string]int{}
	for _, line := range b {
		count[line]++
	}
	var rest []string
	for _, line := range a {
		if count[line]--; count[line] < 0 {
			rest = append(rest, line)
		}
	}
	return rest
}

func identity(line string) string { return line }

func firstWord(line string) string { word, _, _ := strings.Cut(line, " "); return word }

// lines returns part of each line of a file, nothing where the file is not there.
func lines(path string, part func(string) string) []string {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var found []string
	for line := range strings.Lines(string(content)) {
		found = append(found, part(strings.TrimRight(line, "\n")))
	}
	return found
}

func names(pattern string) []string {
	files, _ := filepath.Glob(pattern)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

func loops(pattern string) []string {
	files, _ := filepath.Glob(pattern)
	var found []string
	for _, file := range files {
		found = append(found, lines(file, identity)...)
	}
	return found
}

// mountLines describes mounts without their numbers (proc(5), mountinfo): what of which
// file system is mounted where.
func mountLines(mountinfo string) []string {
	var found []string
	for line := range strings.Lines(mountinfo) {
		fields := strings.Fields(line)
		dash := slices.Index(fields, "-")
		if dash < 0 || len(fields) < dash+3 || len(fields) < 5 {
			continue
		}
		found = append(found, fmt.Sprintf("%s %s:%s on %s", fields[dash+1], fields[dash+2], fields[3], fields[4]))
	}
	return found
}

// firewall returns what a program shows of the kernel's rules.
func firewall(ctx context.Context, parse func(string) []string, program ...string) []string {
	if _, err := exec.LookPath(program[0]); err != nil {
		return nil
	}
	out, err := host.Output(ctx, io.Discard, host.Command{Args: program})
	if err != nil {
		return []string{"cannot be read by this user"}
	}
	return parse(out)
}

// ruleLines describes the output of iptables-save: rules, chains that somebody made,
// and policies other than ACCEPT. A table that is empty is as none.
func ruleLines(saved string) []string {
	var found []string
	table := ""
	for line := range strings.Lines(saved) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
		case strings.HasPrefix(line, "-A "):
			found = append(found, table+" "+line)
		case strings.HasPrefix(line, ":"):
			if fields := strings.Fields(line[1:]); len(fields) > 1 && fields[1] != "ACCEPT" {
				found = append(found, fmt.Sprintf("%s chain %s %s", table, fields[0], fields[1]))
			}
		}
	}
	return found
}

// byIPTables are nftables' tables that iptables keeps its rules in.
var byIPTables = regexp.MustCompile(`^table ip6? (filter|nat|mangle|raw|security) \{`)

// nftLines describes the output of nft but for what iptables shows.
func nftLines(ruleset string) []string {
	var found []string
	table, skip := "", false
	for line := range strings.Lines(ruleset) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "table ") {
			table, skip = strings.TrimSuffix(line, " {"), byIPTables.MatchString(line)
		}
		if text := strings.TrimSpace(line); !skip && text != "" && text != "}" && !strings.HasPrefix(text, "#") {
			found = append(found, table+": "+text)
		}
	}
	return found
}

// dockerObjects lists containers, networks and volumes. Images are the cache's.
func dockerObjects(ctx context.Context) []string {
	var found []string
	for _, list := range [][]string{
		{"docker", "ps", "--all", "--no-trunc", "--format", "container {{.ID}} {{.Names}}"},
		{"docker", "network", "ls", "--no-trunc", "--format", "network {{.ID}} {{.Name}}"},
		{"docker", "volume", "ls", "--format", "volume {{.Name}}"},
	} {
		out, err := host.Output(ctx, io.Discard, host.Command{Args: list})
		if err != nil {
			continue
		}
		for line := range strings.Lines(out) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
