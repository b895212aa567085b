//go:build qemu

package cross

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay.dev/assay/hermetic/store"
)

// startTimeout bounds the start of a program: emulated code is some ten times slower.
const startTimeout = 2 * time.Minute

// emulated returns a command that runs a program for linux/arm64.
func emulated(t *testing.T, env []string, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	qemu := os.Getenv("QEMU")
	if qemu == "" {
		qemu = "qemu-aarch64-static"
	}
	path, err := exec.LookPath(qemu)
	if err != nil {
		t.Fatalf("%v: on Debian `sudo apt-get install qemu-user-static`, or set QEMU", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	t.Cleanup(cancel)
	program := filepath.Join(repository, "bin", "linux-arm64", name)
	command := exec.CommandContext(ctx, path, append([]string{program}, args...)...)
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	return command, &out
}

func TestTheCommandRunsOnArm64(t *testing.T) {
	command, out := emulated(t, nil, "assay", "version")
	if err := command.Run(); err != nil || !strings.Contains(out.String(), "linux/arm64") {
		t.Errorf("%v\n%s", err, out)
	}
	command, out = emulated(t, nil, "assay", "replay", repository+"/docs/runs/healthy")
	if err := command.Run(); err != nil {
		t.Errorf("a recorded run that is healthy: %v\n%s", err, out)
	}
}

// TestServicesStartAndEndOnArm64 asks each service whether it is alive and ends it.
func TestServicesStartAndEndOnArm64(t *testing.T) {
	for name, pkg := range imagePrograms(t) {
		if !strings.HasPrefix(pkg, "./workloads/") || name == "await-network" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			serves(t, []string{"PORT=" + port, "DRAIN_DELAY=0s"}, "http://127.0.0.1:"+port+"/healthz", name)
		})
	}
}

func TestTheRegistryStartsOnArm64(t *testing.T) {
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeLayout(); err != nil {
		t.Fatal(err)
	}
	address := "127.0.0.1:" + freePort(t)
	serves(t, nil, "http://"+address+"/v2/", "registry", s.LayoutDir(), address)
}

func TestTheProbeStartsOnArm64(t *testing.T) {
	// Its port is that of the specification, which something else may have here: it
	// ends where its application is not named.
	command, out := emulated(t, nil, "probe")
	var exit *exec.ExitError
	if err := command.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(out.String(), "APP_ID must name") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAwaitNetworkEndsOnArm64(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	command, out := emulated(t, nil, "await-network", listener.Addr().String())
	if err := command.Run(); err != nil || !strings.Contains(out.String(), "accepts after") {
		t.Errorf("%v\n%s", err, out)
	}
}

// serves starts a program, waits until it answers at url, and ends it by SIGTERM.
func serves(t *testing.T, env []string, url, name string, args ...string) {
	t.Helper()
	command, out := emulated(t, env, name, args...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	if err := answers(t.Context(), url, ended); err != nil {
		_ = command.Process.Kill()
		t.Fatalf("%v\n%s", err, out)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v\n%s", err, out)
	}
}

// answers returns nil once url answers with 200, or an error if the program ends first.
func answers(ctx context.Context, url string, ended chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("it answers %s", response.Status)
		}
		select {
		case exit := <-ended:
			ended <- exit
			return fmt.Errorf("it ended before it answered: %w", errors.Join(exit, err))
		case <-ctx.Done():
			return fmt.Errorf("it did not answer within %s: %w", startTimeout, err)
		case <-ticker.C:
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
