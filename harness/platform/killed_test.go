//go:build lifecycle

package platform

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// killsEnv is how many times TestKilledUp kills, once if it is unset.
const killsEnv = "ASSAY_KILLS"

// TestKilledUp takes the platform down, kills an up at a random moment, again and
// again, and wants the next up to finish whatever the kills left.
func TestKilledUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	repo, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(repo, os.Stderr, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Down(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Down(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	kills, err := strconv.Atoi(os.Getenv(killsEnv))
	if err != nil {
		kills = 1
	}
	for range kills {
		// An up from nothing takes between two and three minutes.
		killUp(ctx, t, repo, 5*time.Second+rand.N(120*time.Second))
	}
	if err := p.Up(ctx); err != nil {
		t.Fatalf("the up after the kills: %v", err)
	}
	if _, err := p.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Whole(ctx); err != nil {
		t.Errorf("the platform is not whole: %v", err)
	}
}

// killUp starts an up of its own process and kills it with SIGKILL.
func killUp(ctx context.Context, t *testing.T, repo string, after time.Duration) {
	t.Helper()
	up := exec.CommandContext(ctx, filepath.Join(repo, "bin", "assay"), "up")
	up.Dir, up.Stdout, up.Stderr = repo, os.Stderr, os.Stderr
	begin := time.Now()
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- up.Wait() }()
	select {
	case err := <-ended:
		t.Logf("up had ended after %s already: %v", time.Since(begin).Round(time.Second), err)
	case <-time.After(after):
		if err := up.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-ended
		t.Logf("up was killed after %s", after.Round(time.Second))
	}
}
