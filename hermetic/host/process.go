package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// BootID identifies the boot of the machine; empty where the kernel is not Linux.
func BootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// ProcessStart returns when a process was started, in clock ticks since the boot
// (proc(5), stat, field 22). With the process number it identifies a process until the
// machine is booted. A zombie has ended.
func ProcessStart(pid int) (uint64, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name may hold anything, spaces and brackets included.
	_, rest, found := cutLast(string(stat), ") ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 20 {
		return 0, fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	if fields[0] == "Z" {
		return 0, syscall.ESRCH
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
