package oci

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"assay.dev/assay/infra/cli"
)

// TestOCI runs every spec of this package. A package may call RunSpecs once only.
func TestOCI(t *testing.T) { Run(t) }

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Exit(cloudCommand())
	}
	os.Exit(m.Run())
}

// cloudCommand is `assay cloud` with this process's arguments.
func cloudCommand() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := cli.Command(nil).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
