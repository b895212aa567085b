package release

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/hermetic/host"
)

// programs are the packages of the programs of a release, by the names of their files.
var programs = map[string]string{"assay": "./cmd/assay", session.ProgramName: "./cmd/suites"}

// compile compiles the programs into a directory, and adds the list of what is in each, and
// the licenses of that.
func (r Release) compile(ctx context.Context, dir string, target Target) error {
	modules := map[string]debug.Module{}
	for name, pkg := range programs {
		program := filepath.Join(dir, name)
		err := host.Run(ctx, r.Log, host.Command{
			Dir: r.Repo, Env: []string{"GOOS=" + target.OS, "GOARCH=" + target.Arch, "CGO_ENABLED=0"},
			Args: []string{"go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", program, pkg},
		})
		if err != nil {
			return fmt.Errorf("compile %s: %w", pkg, err)
		}
		built, err := buildinfo.ReadFile(program)
		if err != nil {
			return fmt.Errorf("read what is in %s: %w", name, err)
		}
		for _, module := range built.Deps {
			modules[module.Path] = *module
		}
		list := filepath.Join(dir, "sbom", strings.TrimSuffix(name, ".test")+".cdx.json")
		if err := r.list(ctx, program, list); err != nil {
			return err
		}
	}
	return r.licenses(ctx, modules, filepath.Join(dir, "licenses"))
}

// list writes what is compiled into a program as CycloneDX, without what differs from one
// time to the next.
func (r Release) list(ctx context.Context, program, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	err := host.Run(ctx, r.Log, host.Command{Dir: r.Repo, Args: []string{
		r.SBOM, "bin", "-json", "-std", "-noserial", "-notimestamp", "-version=" + r.Version, "-output=" + to, program,
	}})
	if err != nil {
		return fmt.Errorf("list what is in %s: %w", filepath.Base(program), err)
	}
	return nil
}

// licenseFiles are the names of files that have to go along with a copy of a module.
var licenseFiles = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents|copyright)`)

// licenses copies the licenses of Go and of modules to a directory. A module without one
// is an error: nobody may pass it on.
func (r Release) licenses(ctx context.Context, modules map[string]debug.Module, to string) error {
	roots := map[string]string{}
	out, err := host.Output(ctx, r.Log, host.Command{Dir: r.Repo, Args: []string{"go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}", "all"}})
	if err != nil {
		return fmt.Errorf("find the licenses: %w", err)
	}
	for line := range strings.Lines(out) {
		module, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		roots[module] = dir
	}
	goroot, err := host.Output(ctx, r.Log, host.Command{Dir: r.Repo, Args: []string{"go", "env", "GOROOT"}})
	if err != nil {
		return fmt.Errorf("find the license of Go: %w", err)
	}
	if err := copyLicenses(strings.TrimSpace(goroot), filepath.Join(to, "go")); err != nil {
		return err
	}
	for _, module := range modules {
		if err := copyLicenses(roots[module.Path], filepath.Join(to, filepath.FromSlash(module.Path))); err != nil {
			return fmt.Errorf("%s: %w", module.Path, err)
		}
	}
	return nil
}

// copyLicenses copies the licenses of the module in a directory.
func copyLicenses(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("find the license: %w", err)
	}
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenseFiles.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return fmt.Errorf("read the license: %w", err)
		}
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, entry.Name()), content, 0o644); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return fmt.Errorf("no license in %s: %w", filepath.Base(from), fs.ErrNotExist)
	}
	return nil
}
