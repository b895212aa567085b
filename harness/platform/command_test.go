//go:build lifecycle

package platform

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/spec/todo"
)

// checkout opens the platform of this checkout.
func checkout(t *testing.T, out io.Writer) *Platform {
	t.Helper()
	repo, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(repo, todo.Must(), out, false)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// command is an assay of its own process, which `make build` made.
type command struct {
	*exec.Cmd
	out   bytes.Buffer
	ended chan struct{}
	err   error
}

// start runs an assay. Nothing of it outlives the test.
func start(ctx context.Context, t *testing.T, p *Platform, args ...string) *command {
	t.Helper()
	c := &command{Cmd: exec.CommandContext(ctx, filepath.Join(p.repo, "bin", "assay"), args...), ended: make(chan struct{})}
	c.Dir = p.repo
	c.Stdout, c.Stderr = io.MultiWriter(&c.out, os.Stderr), io.MultiWriter(&c.out, os.Stderr)
	c.WaitDelay = 10 * time.Second // children that outlive a kill hold the output
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.err = c.Cmd.Wait(); close(c.ended) }()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-c.ended
	})
	return c
}

// code is the exit code of a command, once it has ended.
func (c *command) code() int {
	<-c.ended
	return c.ProcessState.ExitCode()
}

// finish wants a command to end with an exit code, and returns what it printed.
func finish(ctx context.Context, t *testing.T, p *Platform, code int, args ...string) string {
	t.Helper()
	c := start(ctx, t, p, args...)
	if got := c.code(); got != code {
		t.Errorf("assay %s exits with %d (%v), want %d", strings.Join(args, " "), got, c.err, code)
	}
	return c.out.String()
}

// killSometime starts a command and kills it, and it alone, with SIGKILL at a random
// moment between two.
func killSometime(ctx context.Context, t *testing.T, p *Platform, from, to time.Duration, args ...string) {
	t.Helper()
	after := from + rand.N(to-from)
	c := start(ctx, t, p, args...)
	select {
	case <-c.ended:
		t.Logf("assay %s had ended by itself before %s: %v", strings.Join(args, " "), after.Round(time.Millisecond), c.err)
	case <-time.After(after):
		if err := c.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-c.ended
		t.Logf("assay %s was killed after %s", strings.Join(args, " "), after.Round(time.Millisecond))
	}
}

// awaitHolder waits until a command holds the platform.
func awaitHolder(ctx context.Context, t *testing.T, cluster *kube.Cluster, c *command) *lease.Holder {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		holder, err := lease.Read(ctx, cluster.Clients)
		if err != nil {
			t.Fatal(err)
		}
		if holder != nil && holder.PID == c.Process.Pid && holder.Run != "" {
			return holder
		}
		select {
		case <-c.ended:
			t.Fatalf("it ended before it held the platform: %v", c.err)
		case <-ctx.Done():
			t.Fatal(context.Cause(ctx))
		case <-tick.C:
		}
	}
}
