// Package session runs the suites on the platform that is up: it compiles them,
// gives them one run to take part in, and tells them apart when they end.
package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// ginkgoPackage is Ginkgo's own command, which runs a suite in several processes.
const ginkgoPackage = "github.com/onsi/ginkgo/v2/ginkgo"

// Suites returns all suites in the order in which they run: what is looked at
// first, what is loaded next, what is broken last.
func Suites() []spec.Suite {
	return []spec.Suite{spec.Provisioning, spec.Quotas, spec.Eventing, spec.Chaos}
}

// Session runs suites of the checkout at Repo.
type Session struct {
	Repo string
	// Spec is what the platform is judged by.
	Spec *spec.Spec
	// Log is the file that takes what compilers print.
	Log string
	// Hold stops a suite at its first failed check and leaves everything as it is.
	Hold bool
}

func (s Session) bin(name string) string {
	return filepath.Join(s.Repo, "bin", name)
}

func (s Session) binary(suite spec.Suite) string { return s.bin(string(suite) + ".test") }

func (s Session) suiteDir(suite spec.Suite) string {
	return filepath.Join(s.Repo, "suites", string(suite))
}

// Compile compiles Ginkgo and the suites into bin/. The Go build cache makes a
// second time short.
func (s Session) Compile(ctx context.Context, suites []spec.Suite) error {
	if err := os.MkdirAll(filepath.Dir(s.Log), 0o755); err != nil {
		return fmt.Errorf("compile the suites: %w", err)
	}
	log, err := os.Create(s.Log)
	if err != nil {
		return fmt.Errorf("compile the suites: %w", err)
	}
	defer func() { _ = log.Close() }()
	// One command for all suites compiles what they share once, and links them at once.
	tests := []string{"go", "test", "-buildvcs=false", "-vet=off", "-c", "-o", s.bin("") + string(filepath.Separator)}
	for _, suite := range suites {
		tests = append(tests, "./suites/"+string(suite))
	}
	commands := [][]string{{"go", "build", "-buildvcs=false", "-o", s.bin("ginkgo"), ginkgoPackage}}
	if len(suites) > 0 {
		commands = append(commands, tests)
	}
	for _, args := range commands {
		if err := host.Run(ctx, log, host.Command{Dir: s.Repo, Args: args}); err != nil {
			return fmt.Errorf("compile the suites: %w\nfull log: %s", err, s.Log)
		}
	}
	return nil
}
