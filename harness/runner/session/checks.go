package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// emulated is the package below suites/ that judges the emulated cloud. It is a
// part of the suite provisioning that needs no platform.
const emulated = "provisioning/oci"

// packages are the packages below suites/ that hold checks of requirements.
func packages() []string {
	list := []string{emulated}
	for _, suite := range Suites() {
		list = append(list, string(suite))
	}
	return list
}

// Checks lists all checks by a dry run of each package. Of the emulated cloud's,
// those that claim a requirement: the others are tests of the emulator's use.
func (s Session) Checks(ctx context.Context) ([]suitereport.Listed, error) {
	dir, err := os.MkdirTemp("", "assay-checks-")
	if err != nil {
		return nil, fmt.Errorf("list the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var log strings.Builder
	compile := []string{"go", "test", "-buildvcs=false", "-vet=off", "-c", "-o", dir + string(filepath.Separator)}
	for _, name := range packages() {
		compile = append(compile, "./suites/"+name)
	}
	if err := host.Run(ctx, &log, host.Command{Dir: s.Repo, Args: compile}); err != nil {
		return nil, fmt.Errorf("list the checks: %w\n%s", err, log.String())
	}
	var found []suitereport.Listed
	for _, name := range packages() {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".json")
		log.Reset()
		err := host.Run(ctx, &log, host.Command{Dir: filepath.Join(s.Repo, "suites", name), Args: []string{
			filepath.Join(dir, filepath.Base(name)+".test"), "-ginkgo.dry-run", "-ginkgo.json-report=" + file,
		}})
		if err != nil {
			return nil, fmt.Errorf("list the checks of suites/%s: %w\n%s", name, err, log.String())
		}
		read, err := suitereport.Read(file)
		if err != nil {
			return nil, fmt.Errorf("list the checks of suites/%s: %w", name, err)
		}
		for _, check := range read.SpecReports {
			if check.LeafNodeType != types.NodeTypeIt || name == emulated && len(suitereport.IDs(check)) == 0 {
				continue
			}
			suite, _, _ := strings.Cut(name, "/")
			found = append(found, suitereport.Listed{Suite: spec.Suite(suite), Name: check.FullText(), Labels: check.Labels()})
		}
	}
	return found, nil
}
