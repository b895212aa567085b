package oci

import (
	"os"
	"testing"

	"assay.dev/assay/infra/cli"
)

// TestOCI runs every spec of this package. A package may call RunSpecs once only.
func TestOCI(t *testing.T) { Run(t) }

// commandEnv makes this binary be the command assay-infra, for specs that need it
// as a process of its own.
const commandEnv = "ASSAY_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		os.Exit(cli.Main())
	}
	os.Exit(m.Run())
}
