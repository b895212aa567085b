package oci

import (
	"os"
	"testing"

	"assay.dev/assay/infra/cli"
)

// TestOCI runs every spec of this package. A package may call RunSpecs once only.
func TestOCI(t *testing.T) { Run(t) }

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Exit(cli.Main())
	}
	os.Exit(m.Run())
}
