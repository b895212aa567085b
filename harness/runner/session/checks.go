package session

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// emulated is the package below suites/ that judges the emulated cloud. It is a
// part of the suite provisioning that needs no platform.
const emulated = "provisioning/oci"

// Checks lists all checks by a dry run of each suite. Of the emulated cloud's, those that
// claim a requirement: the others are tests of the emulator's use.
func (s Session) Checks(ctx context.Context) ([]suitereport.Listed, error) {
	dir, err := os.MkdirTemp("", "assay-checks-")
	if err != nil {
		return nil, fmt.Errorf("list the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s.Program = filepath.Join(dir, ProgramName) // one in bin/ may be running
	cloud := filepath.Join(dir, "oci.test")
	for _, args := range [][]string{
		{"go", "build", "-o", s.Program, "./cmd/suites"},
		{"go", "test", "-vet=off", "-c", "-o", cloud, "./suites/" + emulated},
	} {
		var log strings.Builder
		if err := host.Run(ctx, &log, host.Command{Dir: s.Dir, Args: args}); err != nil {
			return nil, fmt.Errorf("list the checks: %w\n%s", err, log.String())
		}
	}
	found, err := listed(s.process(ctx, filepath.Join(s.Dir, "suites", emulated), nil, cloud), spec.Provisioning, dir)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(check suitereport.Listed) bool { return !slices.ContainsFunc(check.Labels, spec.IsID) })
	of, err := s.listedIn(ctx, dir)
	return append(found, of...), err
}

// OnPlatforms lists the checks of platforms, by the program that there is.
func (s Session) OnPlatforms(ctx context.Context) ([]suitereport.Listed, error) {
	dir, err := os.MkdirTemp("", "assay-checks-")
	if err != nil {
		return nil, fmt.Errorf("list the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return s.listedIn(ctx, dir)
}

// listedIn lists the checks of all suites, whose reports go to a folder.
func (s Session) listedIn(ctx context.Context, folder string) ([]suitereport.Listed, error) {
	var found []suitereport.Listed
	for _, suite := range Suites() {
		of, err := listed(s.suiteProcess(ctx, suite, nil), suite, folder)
		if err != nil {
			return nil, err
		}
		found = append(found, of...)
	}
	return found, nil
}

// listed lists the checks of a suite by a dry run, whose report goes to a folder.
func listed(command *exec.Cmd, suite spec.Suite, folder string) ([]suitereport.Listed, error) {
	file := filepath.Join(folder, "checks.json")
	command.Args = append(command.Args, "-ginkgo.dry-run", "-ginkgo.json-report="+file)
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("list the checks of %s: %w\n%s", suite, err, out)
	}
	report, err := suitereport.Read(file)
	if err != nil {
		return nil, fmt.Errorf("list the checks of %s: %w", suite, err)
	}
	var found []suitereport.Listed
	for _, check := range report.SpecReports {
		if check.LeafNodeType == types.NodeTypeIt {
			found = append(found, suitereport.Listed{Suite: suite, Name: check.FullText(), Labels: check.Labels()})
		}
	}
	return found, nil
}
