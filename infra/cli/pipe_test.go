package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// brokenPipe makes this program take everything down with nobody who reads what it prints.
const brokenPipe = "ASSAY_TEST_BROKEN_PIPE"

// leaveWithoutReader prints while it makes and destroys, and then leaves a file.
func leaveWithoutReader() {
	report := func(err error) func(context.Context) error {
		return func(context.Context) error {
			fmt.Println("printed")
			return err
		}
	}
	s := &steps{options: &options{target: oke, dir: "none", timeout: defaultTimeout}}
	s.do = actions{make: report(errors.New("interrupted")), destroy: func(ctx context.Context) error {
		return errors.Join(report(nil)(ctx), os.WriteFile("gone", nil, 0o600))
	}}
	_ = s.e2e(context.Background())
}

// TestSafetyWhatWasMadeGoesWhenNobodyReads: Ctrl-C ends `tee` in `make e2e-oke | tee log`,
// too, and before.
func TestSafetyWhatWasMadeGoesWhenNobodyReads(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = writer.Close() }()
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Dir, command.Env, command.Stdout = t.TempDir(), append(os.Environ(), brokenPipe+"=yes"), writer
	err = command.Run()
	if _, gone := os.Stat(filepath.Join(command.Dir, "gone")); gone != nil || err != nil {
		t.Errorf("it ended before everything was taken down: %v", err)
	}
}
