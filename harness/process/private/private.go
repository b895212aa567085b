// Package private writes files that are this user's alone, and reports whether one is. What decides where a
// run acts (a kubeconfig) or what it may delete (an inventory) is read from such
// files only: whoever else can write them would decide it.
package private

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"

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

// Write replaces a file in one step by one of mode 0600, in a folder that is made with mode
// 0700. It is a new file: an old one, or a link, may be open to others.
func Write(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of a private file: %w", err)
	}
	next, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("write a private file: %w", err)
	}
	defer func() { _ = next.Cleanup() }()
	if _, err := next.Write(content); err != nil {
		return fmt.Errorf("write a private file: %w", err)
	}
	if err := next.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write a private file: %w", err)
	}
	return nil
}
