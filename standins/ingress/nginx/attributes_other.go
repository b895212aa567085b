//go:build !linux

package nginx

import "syscall"

// attributes serves development machines; the image is Linux.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
