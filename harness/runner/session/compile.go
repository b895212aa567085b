// Package session runs the suites on the platform that is up: it compiles them,
// gives them one run to take part in, and tells them apart when they end.
package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

const (
	// SuiteEnv names the suite that the program with all suites runs (cmd/suites).
	SuiteEnv = "ASSAY_SUITE"
	// Ginkgo is the name under which that program is Ginkgo's command.
	Ginkgo = "ginkgo"
	// ProgramName is that of the program: Ginkgo takes nothing else for a compiled suite
	// than what has this ending.
	ProgramName = "suites.test"
)

// Suites returns all suites in the order in which they run: what is looked at
// first, what is loaded next, what is broken last.
func Suites() []spec.Suite {
	return []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing, spec.Chaos}
}

// Session runs suites, and keeps what they leave below Dir.
type Session struct {
	// Dir is the checkout or, where there is none, the directory that the user works in.
	Dir string
	// Program is the program with all suites that came with the command. Empty in a
	// checkout, from which Compile makes it.
	Program string
	// Spec is what the platform is judged by.
	Spec *spec.Spec
	// Log is the file that takes what compilers print.
	Log string
	// Hold stops a suite at its first failed check and leaves everything as it is.
	Hold bool
}

func (s Session) bin(name string) string { return filepath.Join(s.Dir, "bin", name) }

// program is the path of the program with all suites.
func (s Session) program() string { return cmp.Or(s.Program, s.bin(ProgramName)) }

// Compile compiles the suites into bin/, and gives their program the name of Ginkgo, too,
// for whoever runs Ginkgo by hand. The Go build cache makes a second time short. It does
// nothing where the program came with the command.
func (s Session) Compile(ctx context.Context) error {
	if s.Program != "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.Log), 0o755); err != nil {
		return fmt.Errorf("compile the suites: %w", err)
	}
	log, err := os.Create(s.Log)
	if err != nil {
		return fmt.Errorf("compile the suites: %w", err)
	}
	defer func() { _ = log.Close() }()
	args := []string{"go", "build", "-o", s.program(), "./cmd/suites"}
	if err := host.Run(ctx, log, host.Command{Dir: s.Dir, Args: args}); err != nil {
		return fmt.Errorf("compile the suites: %w\nfull log: %s", err, s.Log)
	}
	if err := os.Symlink(ProgramName, s.bin(Ginkgo)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("compile the suites: %w", err)
	}
	return nil
}
