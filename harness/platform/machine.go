package platform

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// machineMemory returns the memory of this machine, which runs Linux, in bytes.
func machineMemory() (int64, error) {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("read the machine's memory: %w", err)
	}
	for _, line := range strings.Split(string(content), "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the machine's memory: %w", err)
			}
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("read the machine's memory: /proc/meminfo has no MemTotal")
}

// diskFree returns the bytes that are free below path.
func diskFree(path string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		return 0, fmt.Errorf("read the free disk space of %s: %w", path, err)
	}
	return int64(stat.Bavail) * int64(stat.Bsize), nil //nolint:unconvert // its type differs between systems
}

// neededDisk is what the cache takes, in bytes: with hermetic images a cold build
// and the docker engine beside it, else what is pulled.
var neededDisk = map[Images]int64{Hermetic: 15 << 30, Public: 5 << 30, Mirror: 5 << 30}

// neededWarm is what a platform takes, in bytes, when everything is built: the
// nodes' files and the brokers' logs.
const neededWarm int64 = 6 << 30

// diskToFree is what has to be free below the cache, in bytes: what is built
// already is not counted again.
func (p *Platform) diskToFree(images Images) int64 {
	needed := neededDisk[images]
	if images != Hermetic {
		return needed
	}
	// What cannot be read counts as not built: it is a guess before the start.
	_ = filepath.WalkDir(filepath.Join(p.cache, "hermetic"), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil //nolint:nilerr // see above
		}
		if info, err := entry.Info(); err == nil {
			needed -= info.Size()
		}
		return nil
	})
	return max(needed, neededWarm)
}

// neededEngineDisk is what the nodes of a cluster take in docker's own directory.
var neededEngineDisk int64 = 10 << 30

// checkDisk returns an error unless so many bytes are free below a path of the cache.
func checkDisk(path string, needed int64) error {
	free, err := diskFree(path)
	if err != nil {
		return err
	}
	if free < needed {
		return advise(fmt.Errorf("%s has %d GB free, %d GB are needed", path, free>>30, needed>>30),
			"free some, or `export XDG_CACHE_HOME=DIR` with a directory on a larger disk")
	}
	return nil
}
