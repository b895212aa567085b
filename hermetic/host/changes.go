package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"assay.dev/assay/harness/process/inventory"
)

// bridge is docker's default bridge, which dockerd leaves behind.
const bridge = "docker0"

// families are the programs that show the rules of IPv4 and IPv6.
var families = []string{"iptables", "ip6tables"}

// changes are what a dockerd changed in the machine's network when it started.
type changes struct {
	// Rules are docker's own, by family.
	Rules map[string]dockerRules `json:"rules"`
	// Bridge is the interface index of docker0, if it was made. 0 if it was there.
	Bridge int `json:"bridge,omitempty"`
	// Mounts are the kernel's numbers of the mounts from before in the engine's
	// directories, which are somebody else's.
	Mounts []int `json:"mounts"`
}

func (e Engine) changesFile() string { return filepath.Join(e.run(), "changes.json") }
func (e Engine) sysctlFile() string  { return filepath.Join(e.run(), "sysctls.jsonl") }

// recording starts dockerd and records what that changes. What a dockerd that was
// killed had changed stays recorded.
func (e Engine) recording(ctx context.Context, log io.Writer, start func() error) error {
	known, err := e.readChanges()
	if err != nil {
		return err
	}
	sysctls, err := inventory.Open(e.sysctlFile())
	if err != nil {
		return err
	}
	defer func() { _ = sysctls.Close() }()
	if err := RecordSysctls(sysctls, engineSysctls); err != nil {
		return err
	}
	before, err := savedRules(ctx, log)
	if err != nil {
		return err
	}
	_, lacked := os.Stat(filepath.Join("/sys/class/net", bridge))
	// Written before the start, too: a kill in between leaves the rules from before,
	// by which the next start knows what was made since.
	if known.Rules == nil {
		known.Rules = map[string]dockerRules{}
		if known.Mounts, err = e.mountIDs(); err != nil {
			return err
		}
	}
	for family, saved := range before {
		if rules, ok := known.Rules[family]; !ok || rules.Pending == "" {
			rules.Pending = saved
			known.Rules[family] = rules
		}
	}
	if err := e.writeChanges(known); err != nil {
		return err
	}
	if err := start(); err != nil {
		return err
	}
	after, err := savedRules(ctx, log)
	if err != nil {
		return err
	}
	for family, saved := range after {
		rules := known.Rules[family]
		rules.add(made(rules.Pending, saved))
		rules.Pending = ""
		known.Rules[family] = rules
	}
	if index := interfaceIndex(bridge); errors.Is(lacked, os.ErrNotExist) && index != 0 {
		known.Bridge = index
	}
	return e.writeChanges(known)
}

// savedRules returns the rules of each family that the machine has.
func savedRules(ctx context.Context, log io.Writer) (map[string]string, error) {
	saved := map[string]string{}
	for _, family := range families {
		if _, err := exec.LookPath(family + "-save"); err != nil {
			continue
		}
		rules, err := Output(ctx, log, Command{Args: []string{family + "-save"}})
		if err != nil {
			return nil, fmt.Errorf("read the rules of %s: %w", family, err)
		}
		saved[family] = rules
	}
	return saved, nil
}

func (e Engine) readChanges() (changes, error) {
	var known changes
	content, err := os.ReadFile(e.changesFile())
	if errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &known)
	}
	if err != nil {
		return known, fmt.Errorf("read what docker changed on this machine: %w", err)
	}
	return known, nil
}

func (e Engine) writeChanges(known changes) error {
	content, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return fmt.Errorf("record what docker changes on this machine: %w", err)
	}
	if err := renameio.WriteFile(e.changesFile(), content, 0o600); err != nil {
		return fmt.Errorf("record what docker changes on this machine: %w", err)
	}
	return nil
}

// restore takes back what was recorded, and nothing else.
func (e Engine) restore(ctx context.Context, log io.Writer) error {
	known, err := e.readChanges()
	if err != nil {
		return err
	}
	now, err := savedRules(ctx, log)
	if err != nil {
		return err
	}
	var errs []error
	for _, family := range families {
		rules := known.Rules[family]
		if rules.Pending != "" { // killed between the start and the record
			rules.add(made(rules.Pending, now[family]))
		}
		commands, left := rules.undo(now[family])
		for _, chain := range left {
			fmt.Fprintf(log, "the %s chain %s stays: it contains, or is used by, rules that docker did not make\n", family, chain)
		}
		for _, args := range commands {
			errs = append(errs, Run(ctx, log, Command{Args: append([]string{family}, args...)}))
		}
	}
	errs = append(errs, removeBridge(ctx, log, known.Bridge))
	if _, err := os.Stat(e.sysctlFile()); err == nil {
		sysctls, err := inventory.Open(e.sysctlFile())
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, RestoreSysctls(sysctls, log, nil), sysctls.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take back what docker changed on this machine: %w", err)
	}
	return nil
}

// removeBridge removes the interface that dockerd made, unless somebody else's
// interfaces are in it.
func removeBridge(ctx context.Context, log io.Writer, index int) error {
	if index == 0 || interfaceIndex(bridge) != index {
		return nil
	}
	ports, err := os.ReadDir(filepath.Join("/sys/class/net", bridge, "brif"))
	if err != nil {
		return fmt.Errorf("look at %s: %w", bridge, err)
	}
	if len(ports) > 0 {
		fmt.Fprintf(log, "%s stays: it has interfaces that docker did not make\n", bridge)
		return nil
	}
	return Run(ctx, log, Command{Args: []string{"ip", "link", "delete", bridge}})
}

// interfaceIndex identifies a network interface until the machine is booted; 0 if it
// is not there.
func interfaceIndex(name string) int {
	content, err := os.ReadFile(filepath.Join("/sys/class/net", name, "ifindex"))
	if err != nil {
		return 0
	}
	index := 0
	_, _ = fmt.Sscan(strings.TrimSpace(string(content)), &index)
	return index
}
