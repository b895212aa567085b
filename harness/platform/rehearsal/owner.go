package rehearsal

import (
	"os"
	"syscall"
)

// ownerOf returns the number of the user that a file belongs to.
func ownerOf(info os.FileInfo) (int, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
