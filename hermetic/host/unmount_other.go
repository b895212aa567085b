//go:build !linux

package host

// mountIDs and unmount have nothing to do: dockerd runs on Linux alone.
func (Engine) mountIDs() ([]int, error) { return nil, nil }

func (Engine) unmount() error { return nil }
