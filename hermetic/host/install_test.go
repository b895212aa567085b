package host

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/harness/process/refusal"
)

// fakeApt puts an apt-get and a dpkg-query on PATH that install into a file.
func fakeApt(t *testing.T) (log string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root installs packages")
	}
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	for name, script := range map[string]string{
		"apt-get":    "echo \"$@\" >>" + log + "; case \"$*\" in *install*) for p in maven libmaven; do echo \"installed $p\" >>" + dir + "/db; done;; esac\n",
		"dpkg-query": "cat " + dir + "/db\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "db"), []byte("installed base\nconfig-files maven\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return log
}

func TestSafetyNothingIsInstalledAgainstTheUsersWill(t *testing.T) {
	log := fakeApt(t)
	t.Setenv(InstallEnv, "no")
	for name, err := range map[string]error{
		"install":  Install(t.Context(), &bytes.Buffer{}, "hermetic mode", "maven", "docker.io"),
		"announce": AnnounceInstall(t.Context(), &bytes.Buffer{}, true, "hermetic mode", []string{"maven", "docker.io"}),
	} {
		var refused *refusal.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "maven docker.io") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(log); !os.IsNotExist(err) {
		t.Errorf("apt-get was called: %v", err)
	}
}

func TestSafetyPackagesAreNamedAndCanBeStopped(t *testing.T) {
	fakeApt(t)
	t.Setenv(InstallEnv, "")
	var out bytes.Buffer
	never := func(time.Duration) <-chan time.Time { t.Error("somebody without a terminal waits"); return nil }
	if err := announceInstall(t.Context(), &out, false, "hermetic mode", []string{"maven"}, never); err != nil || !strings.Contains(out.String(), ": maven\n") {
		t.Errorf("without a terminal: %v, said %q", err, out.String())
	}
	stopped := errors.New("Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	waits := func(d time.Duration) <-chan time.Time {
		if d != 10*time.Second {
			t.Errorf("it waits for %s", d)
		}
		cancel(stopped)
		return nil
	}
	if err := announceInstall(ctx, &out, true, "hermetic mode", []string{"maven"}, waits); !errors.Is(err, stopped) || !strings.Contains(out.String(), "Ctrl-C within 10s") {
		t.Errorf("on a terminal: %v, said %q", err, out.String())
	}
	over := func(time.Duration) <-chan time.Time { ended := make(chan time.Time); close(ended); return ended }
	if err := announceInstall(t.Context(), &out, true, "hermetic mode", []string{"maven"}, over); err != nil {
		t.Errorf("nobody stops it: %v", err)
	}
}

func TestWhatWasInstalledIsListed(t *testing.T) {
	fakeApt(t)
	t.Setenv(InstallEnv, "")
	if names, err := Installed(t.Context(), &bytes.Buffer{}); err != nil || len(names) > 0 {
		t.Errorf("before: %q, %v", names, err)
	}
	if err := Install(t.Context(), &bytes.Buffer{}, "hermetic mode", "maven"); err != nil {
		t.Fatal(err)
	}
	names, err := Installed(t.Context(), &bytes.Buffer{})
	if diff := cmp.Diff([]string{"libmaven", "maven"}, names); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}
