package nginx

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// acceptingTitle is how NGINX names a worker that takes connections. One that
// shuts down is named "nginx: worker process is shutting down", which it
// becomes just before it closes its listening sockets (src/os/unix/
// ngx_process_cycle.c).
const acceptingTitle = "nginx: worker process"

// acceptingWorkers lists the workers of a master that take connections.
func acceptingWorkers(master int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return nil, fmt.Errorf("reading /proc for NGINX's workers: %d processes, %v", len(stats), err)
	}
	var workers []int
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || parent(path) != master || !accepting(pid) {
			continue
		}
		workers = append(workers, pid)
	}
	return workers, nil
}

// parent is the fourth field of /proc/PID/stat (proc(5)), 0 for a process that
// is gone. The second one, the name, is in parentheses and may hold anything.
func parent(stat string) int {
	content, err := os.ReadFile(stat)
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pid
}

func accepting(pid int) bool {
	title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.TrimRight(string(title), "\x00 ") == acceptingTitle
}

func anyAccepting(pids []int) bool {
	for _, pid := range pids {
		if accepting(pid) {
			return true
		}
	}
	return false
}
