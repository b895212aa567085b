//go:build linux

package host

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// mounted mounts an empty file system for the time of a test.
func mounted(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("assay-test", dir, "tmpfs", 0, "size=64k"); errors.Is(err, unix.EPERM) {
		t.Skip("this user may not mount")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// A disk for the cache, and what somebody has mounted in it, stay mounted.
func TestSafetyOnlyWhatTheEngineMountedIsUnmounted(t *testing.T) {
	runDir := filepath.Join(t.TempDir(), "run")
	fakeDocker(t, runDir)
	e := newEngine(t, runDir)
	disk, theirs := e.Dir, filepath.Join(e.Dir, "theirs")
	data, within := filepath.Join(e.Dir, "data"), filepath.Join(e.Dir, "data", "overlay")
	namespace := filepath.Join(e.execRoot(), "netns")
	mounted(t, disk)
	mounted(t, theirs)
	started(t, e)
	for _, dir := range []string{data, within, namespace} {
		mounted(t, dir)
	}
	if err := e.Stop(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{disk: true, theirs: true, data: false, within: false, namespace: false} {
		if is, err := mountinfo.Mounted(dir); is != want && (err == nil || !errors.Is(err, os.ErrNotExist)) {
			t.Errorf("%s is mounted: %v (%v), want %v", dir, is, err, want)
		}
	}
}
