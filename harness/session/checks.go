package session

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/hermetic/host"
)

// packages are the packages below suites/ that hold checks of requirements. That
// of the emulated cloud belongs to the suite provisioning and needs no platform.
func packages() []string {
	list := []string{"provisioning/oci"}
	for _, suite := range Suites() {
		list = append(list, string(suite))
	}
	return list
}

// Checks lists all checks by a dry run of each package: what Ginkgo would run, by
// package below suites/.
func (s Session) Checks(ctx context.Context) (map[string]types.Report, error) {
	dir, err := os.MkdirTemp("", "assay-checks-")
	if err != nil {
		return nil, fmt.Errorf("list the checks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	found := map[string]types.Report{}
	for _, name := range packages() {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".json")
		var log strings.Builder
		err := host.Run(ctx, io.Writer(&log), host.Command{Dir: s.Repo, Args: []string{
			"go", "test", "-buildvcs=false", "-count=1", "./suites/" + name, "-ginkgo.dry-run", "-ginkgo.json-report=" + file,
		}})
		if err != nil {
			return nil, fmt.Errorf("list the checks of suites/%s: %w\n%s", name, err, log.String())
		}
		if found[name], err = readReport(file); err != nil {
			return nil, fmt.Errorf("list the checks of suites/%s: %w", name, err)
		}
	}
	return found, nil
}
