package timeline

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// statFile tells what the processors of a Linux machine have done (proc_stat(5)).
const statFile = "/proc/stat"

// tick is the unit of statFile: USER_HZ is 100 on every architecture that Go runs on.
const tick = time.Second / 100

// ownCPU is the user and system time of this process.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// machineCPU is how long all processors together were busy since the machine started, 0
// where the file does not say.
func machineCPU(file string) time.Duration {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(content), "\n")
	fields := strings.Fields(first)
	// cpu user nice system idle iowait irq softirq steal: a guest is part of user.
	const idle, iowait, steal = 4, 5, 8
	if len(fields) <= steal || fields[0] != "cpu" {
		return 0
	}
	var busy time.Duration
	for i := 1; i < steal; i++ {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0
		}
		if i != idle && i != iowait {
			busy += time.Duration(n) * tick
		}
	}
	return busy
}
