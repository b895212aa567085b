package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/process/inventory"
)

const sysctlKind = "host/sysctl"

// Attributes of a sysctl in the inventory.
const (
	beforeAttribute = "before"
	afterAttribute  = "after"
	bootAttribute   = "boot"
)

// Sysctl is a kernel parameter of the whole machine, and the value that it gets.
type Sysctl struct {
	Name  string // below /proc/sys
	Value string
}

// NodeSysctls are what the kubelets of kind's nodes set in the kernel that they share
// with the machine (kubernetes/pkg/kubelet/cm, setupKernelTunables).
var NodeSysctls = []Sysctl{
	{"vm/overcommit_memory", "1"}, {"vm/panic_on_oom", "0"}, {"kernel/panic", "10"}, {"kernel/panic_on_oops", "1"},
	{"kernel/keys/root_maxkeys", "1000000"}, {"kernel/keys/root_maxbytes", "25000000"},
}

// engineSysctls are what dockerd sets when it starts (moby/libnetwork,
// setupIPForwarding and setupBridgeNetFiltering).
var engineSysctls = []Sysctl{
	{"net/ipv4/ip_forward", "1"}, {"net/ipv4/conf/all/forwarding", "1"}, {"net/ipv4/conf/default/forwarding", "1"},
	{"net/ipv6/conf/all/forwarding", "1"}, {"net/ipv6/conf/default/forwarding", "1"},
	{"net/bridge/bridge-nf-call-iptables", "1"}, {"net/bridge/bridge-nf-call-ip6tables", "1"},
}

// procSys is where the kernel shows its parameters.
const procSys = "/proc/sys"

// RecordSysctls records the present values of parameters that are about to change.
// The value from before the first change stays, until it is restored or the machine
// is booted.
func RecordSysctls(log *inventory.Inventory, list []Sysctl) error {
	return recordSysctls(log, procSys, BootID(), list)
}

func recordSysctls(log *inventory.Inventory, root, boot string, list []Sysctl) error {
	for _, s := range list {
		now, err := readSysctl(root, s.Name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("record the kernel's parameters: %w", err)
		}
		id := s.Name + "@" + boot
		if has, err := log.Has(sysctlKind, id); err != nil || has || now == s.Value {
			if err != nil {
				return err
			}
			continue
		}
		err = log.Record(inventory.Entry{Step: inventory.Made, Kind: sysctlKind, ID: id, Name: s.Name, Attributes: map[string]string{
			beforeAttribute: now, afterAttribute: s.Value, bootAttribute: boot,
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// RestoreSysctls gives recorded parameters their values from before. A parameter that
// has neither value was set by somebody else since: it is left and reported to out.
// write is for users who may not write to the kernel's files; it may be nil.
func RestoreSysctls(log *inventory.Inventory, out io.Writer, write func(name, value string) error) error {
	return restoreSysctls(log, out, procSys, BootID(), write)
}

func restoreSysctls(log *inventory.Inventory, out io.Writer, root, boot string, write func(name, value string) error) error {
	present, err := log.Present()
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range present {
		if entry.Kind != sysctlKind {
			continue
		}
		errs = append(errs, log.Remove(sysctlKind, entry.ID, func() error {
			if entry.Attributes[bootAttribute] != boot {
				return nil // the boot has set it again
			}
			return restoreSysctl(out, root, entry, write)
		}))
	}
	return errors.Join(errs...)
}

func restoreSysctl(out io.Writer, root string, entry inventory.Entry, write func(name, value string) error) error {
	before := entry.Attributes[beforeAttribute]
	now, err := readSysctl(root, entry.Name)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && now == before:
		return nil
	case err != nil:
		return err
	case now != entry.Attributes[afterAttribute]:
		fmt.Fprintf(out, "sysctl %s is %s: somebody else set it, it was %s before and is left\n", dotted(entry.Name), now, before)
		return nil
	}
	err = os.WriteFile(filepath.Join(root, entry.Name), []byte(before), 0o644)
	if errors.Is(err, os.ErrPermission) && write != nil {
		err = write(entry.Name, before)
	}
	if err != nil {
		return fmt.Errorf("%w; by hand: sudo sysctl -w %s='%s'", err, dotted(entry.Name), before)
	}
	if now, err := readSysctl(root, entry.Name); err != nil || now != before {
		return fmt.Errorf("sysctl %s is %q after it was set to %q (%w)", dotted(entry.Name), now, before, err)
	}
	fmt.Fprintf(out, "sysctl %s is %s again\n", dotted(entry.Name), before)
	return nil
}

func readSysctl(root, name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(root, name))
	return strings.TrimSpace(string(content)), err
}

func dotted(name string) string { return strings.ReplaceAll(name, "/", ".") }

// Sysctls describes the parameters of the machine that its nodes or its docker engine
// set, as "NAME = VALUE".
func Sysctls() []string {
	var found []string
	for _, s := range append(append([]Sysctl{}, NodeSysctls...), engineSysctls...) {
		if value, err := readSysctl(procSys, s.Name); err == nil {
			found = append(found, dotted(s.Name)+" = "+value)
		}
	}
	return found
}
