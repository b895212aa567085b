package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/harness/process/refusal"
)

const (
	// InstallEnv set to "no" keeps packages from being installed.
	InstallEnv = "ASSAY_INSTALL"
	// stopDelay is how long somebody at a terminal has to stop an installation.
	stopDelay   = 10 * time.Second
	packageKind = "host/package"
)

// canInstall reports whether apt can be used.
func canInstall() bool {
	_, err := exec.LookPath("apt-get")
	return err == nil && os.Geteuid() == 0
}

// refuseInstall returns a *refusal.Error where InstallEnv says so.
func refuseInstall(who string, packages []string) error {
	if os.Getenv(InstallEnv) != "no" {
		return nil
	}
	return &refusal.Error{Reason: fmt.Sprintf("%s needs Debian packages, and %s=no: apt-get install %s", who, InstallEnv, strings.Join(packages, " "))}
}

// AnnounceInstall names the packages that Install is about to install, to out. On a
// terminal there are ten seconds to stop it by ending ctx; without one it goes on.
func AnnounceInstall(ctx context.Context, out io.Writer, terminal bool, who string, packages []string) error {
	return announceInstall(ctx, out, terminal, who, packages, time.After)
}

func announceInstall(ctx context.Context, out io.Writer, terminal bool, who string, packages []string, after func(time.Duration) <-chan time.Time) error {
	if len(packages) == 0 {
		return nil
	}
	if err := refuseInstall(who, packages); err != nil {
		return err
	}
	if !canInstall() {
		return nil // Install says what to do
	}
	fmt.Fprintf(out, "%s needs Debian packages that are missing on this machine; apt installs them and what they need: %s\n", who, strings.Join(packages, " "))
	if !terminal {
		return nil
	}
	fmt.Fprintf(out, "Ctrl-C within %s stops it; %s=no always does\n", stopDelay, InstallEnv)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-after(stopDelay):
		return nil
	}
}

// packagesFile is where installed packages are recorded: they outlive a platform.
func packagesFile() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "assay", "packages.jsonl"), err
}

// recordInstall records which packages are about to be installed. record then records
// what was installed, the packages that they need included.
func recordInstall(ctx context.Context, log io.Writer, packages []string) (record func() error, err error) {
	path, err := packagesFile()
	if err != nil {
		return nil, err
	}
	before, err := debianPackages(ctx, log)
	if err != nil {
		return nil, err
	}
	installed, err := inventory.Open(path)
	if err != nil {
		return nil, err
	}
	for _, name := range packages {
		if slices.Contains(before, name) {
			continue // without its program, which is not assay's making
		}
		if err := installed.Record(inventory.Entry{Step: inventory.Planned, Kind: packageKind, Name: name}); err != nil {
			return nil, errors.Join(err, installed.Close())
		}
	}
	return func() error {
		after, err := debianPackages(ctx, log)
		for _, name := range after {
			if err == nil && !slices.Contains(before, name) {
				err = installed.Record(inventory.Entry{Step: inventory.Made, Kind: packageKind, ID: name, Name: name})
			}
		}
		return errors.Join(err, installed.Close())
	}, nil
}

// Installed lists the packages that assay has installed on this machine and that are
// still there. They stay when a platform is taken down: other programs may need them
// by now.
func Installed(ctx context.Context, log io.Writer) ([]string, error) {
	path, err := packagesFile()
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which packages were installed: %w", err)
	}
	entries, err := inventory.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("read which packages were installed: %s: %w", path, err)
	}
	now, err := debianPackages(ctx, log)
	var names []string
	for _, entry := range entries {
		if slices.Contains(now, entry.Name) && !slices.Contains(names, entry.Name) {
			names = append(names, entry.Name)
		}
	}
	slices.Sort(names)
	return names, err
}

// debianPackages lists the packages that are installed, none on other systems.
func debianPackages(ctx context.Context, log io.Writer) ([]string, error) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		return nil, nil //nolint:nilerr // no Debian
	}
	out, err := Output(ctx, log, Command{Args: []string{"dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\n"}})
	if err != nil {
		return nil, fmt.Errorf("list the installed packages: %w", err)
	}
	var names []string
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "installed "); ok {
			names = append(names, name)
		}
	}
	return names, nil
}
