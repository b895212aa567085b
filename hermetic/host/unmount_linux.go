package host

import (
	"errors"
	"fmt"
	"os"

	"github.com/moby/sys/mount"
)

// unmount takes away what dockerd mounted. One that is stopped in order leaves
// its data directory mounted on itself if one before it was killed: it takes that
// mount for the user's own.
func (e Engine) unmount() error {
	for _, dir := range []string{e.Dir, e.execRoot()} {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := mount.RecursiveUnmount(dir); err != nil {
			return fmt.Errorf("unmount what docker left: %w", err)
		}
	}
	return nil
}
