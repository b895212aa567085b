package nginx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// retiredTitle is how NGINX names a worker that shuts down, from just before it
// closes its listening sockets (src/os/unix/ngx_process_cycle.c). Any other
// child of the master takes connections, or will: one that was forked a moment
// ago still has its master's title.
const retiredTitle = "nginx: worker process is shutting down"

// workers lists the workers of a master that have not started to shut down.
func workers(master int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("reading /proc for NGINX's workers: %w", err)
	}
	if len(stats) == 0 {
		return nil, errors.New("reading /proc for NGINX's workers: it shows no process")
	}
	var pids []int
	for _, path := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || parent(path) != master || retired(pid) {
			continue
		}
		pids = append(pids, pid)
	}
	return pids, nil
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

func retired(pid int) bool {
	title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return true
	}
	// A process that ended and was not waited for has an empty title.
	trimmed := strings.TrimRight(string(title), "\x00 ")
	return trimmed == "" || trimmed == retiredTitle
}

func allRetired(pids []int) bool {
	for _, pid := range pids {
		if !retired(pid) {
			return false
		}
	}
	return true
}
