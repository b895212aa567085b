package host

import (
	"fmt"
	"slices"

	"github.com/moby/sys/mount"
	"github.com/moby/sys/mountinfo"
)

// mounts lists what is mounted in the engine's directories, the last one first.
func (e Engine) mounts() ([]*mountinfo.Info, error) {
	var all []*mountinfo.Info
	for _, dir := range []string{realPath(e.Dir), realPath(e.execRoot())} {
		below, err := mountinfo.GetMounts(mountinfo.PrefixFilter(dir))
		if err != nil {
			return nil, fmt.Errorf("read the mounts: %w", err)
		}
		all = append(all, below...)
	}
	// The kernel numbers mounts as they come, but gives numbers again: what lies in
	// another mount stands behind it in its list.
	slices.Reverse(all)
	return all, nil
}

// mountIDs are the kernel's numbers of what is mounted in the engine's directories.
func (e Engine) mountIDs() ([]int, error) {
	all, err := e.mounts()
	ids := []int{}
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return ids, err
}

// unmount takes away what was mounted since dockerd was started. One that is stopped in
// order leaves its data directory mounted on itself if one before it was killed: it
// takes that mount for the user's own. A disk that the user has mounted for the cache
// was there before.
func (e Engine) unmount() error {
	known, err := e.readChanges()
	if err != nil {
		return err
	}
	all, err := e.mounts()
	if err != nil {
		return err
	}
	for _, m := range all {
		if slices.Contains(known.Mounts, m.ID) {
			continue
		}
		if err := mount.Unmount(m.Mountpoint); err != nil {
			return fmt.Errorf("unmount what docker left: %w", err)
		}
	}
	return nil
}
