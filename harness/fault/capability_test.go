package fault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay.dev/assay/spec"
)

// shell runs a script as a daemon would, with programs from bin alone beside
// the base system's.
func shell(t *testing.T, bin, script string, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", append([]string{"-c", "set -eu\n" + script, "assay"}, args...)...)
	command.Dir = bin
	command.Env = []string{"PATH=" + bin + ":/usr/bin:/bin"}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("exit code %d: %s", command.ProcessState.ExitCode(), strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// programs writes programs that note their arguments in a file and, if they are
// named in broken, fail.
func programs(t *testing.T, names []string, broken ...string) (bin string, calls func() string) {
	t.Helper()
	bin = t.TempDir()
	log := filepath.Join(bin, "calls.log")
	for _, name := range append([]string{"ipset", "iptables", "tc", "packet-shaper"}, names...) {
		script := "#!/bin/bash\n"
		has := false
		for _, present := range names {
			has = has || present == name
		}
		switch {
		case !has:
			script += fmt.Sprintf("echo '%s: not found' >&2; exit 127\n", name)
		default:
			script += fmt.Sprintf("echo \"%s $*\" >>%s\n", name, log)
			for _, what := range broken {
				script += fmt.Sprintf("case \"%s $*\" in *%q*) echo 'the kernel lacks it' >&2; exit 2;; esac\n", name, what)
			}
		}
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin, func() string {
		content, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(content)
	}
}

// TestKernelTries finds out what the target can do where the daemon lacks one of
// the programs that Chaos Mesh uses for each NetworkChaos, in this order: ipset,
// iptables, tc (controllers/podnetworkchaos).
func TestKernelTries(t *testing.T) {
	everything := []string{"ipset", "iptables", "tc", "packet-shaper"}
	public := everything[:3] // the published image has no packet shaper
	shaping := []spec.Capability{networkSlow, networkLossy, networkCopying, networkCorruption, "network-bandwidth"}
	for name, tc := range map[string]struct {
		has         []string
		broken      []string
		unsupported []spec.Capability
		mechanisms  map[spec.Capability]string
	}{
		"all of it": {has: everything},
		"no netem": {has: everything, broken: []string{"netem"}, mechanisms: map[spec.Capability]string{
			networkSlow: byQueue, networkCorruption: byQueue, networkLossy: byRules, networkCopying: byRules,
		}},
		"no netem, public image": {
			has: public, broken: []string{"netem"}, unsupported: []spec.Capability{networkSlow, networkCorruption},
			mechanisms: map[spec.Capability]string{networkLossy: byRules, networkCopying: byRules},
		},
		"no ipset": {
			has: []string{"iptables", "tc"}, unsupported: []spec.Capability{partitioning, naming, networkSlow, networkCorruption, "network-bandwidth"},
			mechanisms: map[spec.Capability]string{networkLossy: byRules, networkCopying: byRules},
		},
		"no sets in the kernel": {
			has: public, broken: []string{"ipset create"}, unsupported: []spec.Capability{partitioning, naming, networkSlow, networkCorruption, "network-bandwidth"},
			mechanisms: map[spec.Capability]string{networkLossy: byRules, networkCopying: byRules},
		},
		"no set of sets": {has: public, broken: []string{"list:set"}, unsupported: []spec.Capability{partitioning, naming}},
		"no ip_tables in the kernel": {
			has: everything, broken: []string{"iptables "}, unsupported: append([]spec.Capability{partitioning, naming}, shaping...),
		},
		"no tc": {has: []string{"ipset", "iptables"}, unsupported: []spec.Capability{networkSlow, networkCorruption, "network-bandwidth"}, mechanisms: map[spec.Capability]string{
			networkLossy: byRules, networkCopying: byRules,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			bin, _ := programs(t, tc.has, tc.broken...)
			lab := newLab(t)
			lab.tryAll(t.Context(), func(_ context.Context, command string) error {
				_, err := shell(t, bin, command)
				return err
			})
			for _, capability := range append([]spec.Capability{partitioning, naming}, shaping...) {
				reason, unsupported := lab.Unsupported[capability]
				want := false
				for _, absent := range tc.unsupported {
					want = want || absent == capability
				}
				if unsupported != want {
					t.Errorf("%s: lacking %v (%s), want %v", capability, unsupported, reason, want)
				}
				if got := lab.Mechanisms[capability]; got != tc.mechanisms[capability] {
					t.Errorf("%s: by %q, want %q", capability, got, tc.mechanisms[capability])
				}
				if strings.Contains(reason, "\n") || strings.Contains(reason, "&&") {
					t.Errorf("%s: the reason is no line: %q", capability, reason)
				}
				if unsupported && !strings.Contains(lab.Unable(capability).Error(), string(capability)) {
					t.Errorf("%s: the reason %v does not name the capability", capability, lab.Unable(capability))
				}
			}
		})
	}
}

func TestNetemIsTriedInTheOrderOfTheDaemon(t *testing.T) {
	bin, calls := programs(t, []string{"ipset", "iptables", "tc"})
	for _, try := range kernelTries {
		if try.capability != networkSlow || try.mechanism != "" {
			continue
		}
		if _, err := shell(t, bin, try.command); err != nil {
			t.Fatal(err)
		}
	}
	var order []string
	for line := range strings.Lines(calls()) {
		program, _, _ := strings.Cut(line, " ")
		if len(order) == 0 || order[len(order)-1] != program {
			order = append(order, program)
		}
	}
	if got := strings.Join(order, " "); got != "ipset iptables tc" {
		t.Errorf("tried %q, want ipset iptables tc", got)
	}
}

// TestTodaThatDoesNotRun is the published image for arm64, which has toda for amd64.
func TestTodaThatDoesNotRun(t *testing.T) {
	own, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(own[:64])
	other[18] ^= 0xff // e_machine
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"of this machine":       {[]byte("#!/bin/bash\necho usage\n"), ""},
		"refuses the option":    {[]byte("#!/bin/bash\nexit 1\n"), ""},
		"of another machine":    {other, "is a program of another machine"},
		"broken":                {own[:64], "does not run"},
		"broken, and no script": {append(bytes.Clone(own[:64]), "\n>astray\n"...), "does not run"},
		"without its libraries": {[]byte("#!/no/such/interpreter\n"), "does not run"},
		"absent":                {nil, "has no toda"},
	} {
		t.Run(name, func(t *testing.T) {
			bin := t.TempDir()
			if tc.content != nil {
				if err := os.WriteFile(filepath.Join(bin, "toda"), tc.content, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			_, err := shell(t, bin, runsToda)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("%v, want %q", err, tc.want)
			}
			written, err := filepath.Glob(filepath.Join(bin, "*"))
			if err != nil || len(written) > 1 {
				t.Errorf("a program was taken for a script: %q, %v", written, err)
			}
		})
	}
}
