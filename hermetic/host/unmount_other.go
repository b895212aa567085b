//go:build !linux

package host

// unmount has nothing to do: dockerd runs on Linux alone.
func (Engine) unmount() error { return nil }
