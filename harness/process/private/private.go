// Package private reports whether a file is this user's alone. What decides where a
// run acts (a kubeconfig) or what it may delete (an inventory) is read from such
// files only: whoever else can write them would decide it.
package private

import (
	"io/fs"
	"os"
	"syscall"

	"assay.dev/assay/harness/process/refusal"
)

// Verify returns an error that names why the file is not a regular file that
// belongs to the user of this process and that nobody else can read or write.
// info is of the open file, not of its path, which can be exchanged.
func Verify(info fs.FileInfo) error {
	return verify(info, os.Geteuid())
}

func verify(info fs.FileInfo, user int) error {
	if !info.Mode().IsRegular() {
		return refusal.New("it is not a file (%s)", info.Mode().Type())
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return refusal.New("its owner is not known here")
	}
	if int(stat.Uid) != user {
		return refusal.New("it belongs to the user with ID %d, and this is user %d: make a copy of your own", stat.Uid, user)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return refusal.New("others can read or write it (%s): chmod 600 it", mode)
	}
	return nil
}
