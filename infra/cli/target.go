package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/harness/process/refusal"
)

// The targets.
const (
	oke = "oke"
	sim = "sim"
)

const (
	ociDir = "artifacts/oci"
	// simDir holds all of the emulated OCI and of the run in it.
	simDir = "artifacts/ocisim"
	// emulatorDir is what the emulator writes into.
	emulatorDir = simDir + "/emulator"
	simRun      = "e2e-sim"
)

// Environment of the platform; see harness/platform.
const (
	nodesEnv    = "ASSAY_NODES"
	platformEnv = "ASSAY_PLATFORM"
)

// choose completes the options by the target's own, and leads this process to it. What
// tells the targets apart is here and in the steps alone.
func (o *options) choose() error {
	switch o.target {
	case oke:
		o.dir = cmp.Or(o.dir, ociDir)
		return nil
	case sim:
		if o.dir != "" {
			return refusal.New("--dir is for --target %s: the run on the emulated OCI has a directory of its own, %s", oke, simDir)
		}
		o.dir, o.run = filepath.Join(simDir, "stack"), cmp.Or(o.run, simRun)
		// The cluster ends with the run, so it is none that somebody works on.
		name := cmp.Or(os.Getenv(platformEnv), "assay") + "-sim"
		o.behind = filepath.Join("artifacts", "platform-"+name)
		if err := setenv(map[string]string{nodesEnv: "oke", platformEnv: name}); err != nil {
			return err
		}
		return o.enter()
	}
	return refusal.New("--target %s is neither %s nor %s", o.target, oke, sim)
}

// enter leads this process to the emulated OCI, if there is one.
func (o *options) enter() error {
	env, err := readEnv(filepath.Join(emulatorDir, envName))
	if err != nil {
		return err
	}
	return setenv(env)
}

func setenv(env map[string]string) error {
	for name, value := range env {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	return nil
}
