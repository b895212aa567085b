package browser

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"assay.dev/assay/hermetic/host"
)

// Package is the Debian package that brings the browser.
const Package = "chromium"

// ErrMissing is returned where there is no browser.
var ErrMissing = errors.New("no Chromium is on PATH: install it (on Debian: apt-get install " + Package + ")")

// programs are the names under which systems know Chromium.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// Find returns the path of the browser.
func Find() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}

// Install installs the browser with apt where there is none, as root on Debian.
// Elsewhere, and where host.InstallEnv is "no", it returns ErrMissing.
func Install(ctx context.Context, log io.Writer) error {
	if _, err := Find(); err == nil {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 || os.Getenv(host.InstallEnv) == "no" {
		return ErrMissing
	}
	return host.Install(ctx, log, "looking at pages", Package)
}
