package build

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

// goEnv are the settings of a program for this machine, beside those of host.Command.
var goEnv = []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH}

// noC is the setting of programs that stand alone in their image.
const noC = "CGO_ENABLED=0"

// makeProgram compiles the program module/name of the catalogue.
func (b *Builder) makeProgram(ctx context.Context, log io.Writer, name string) error {
	moduleName, program, _ := strings.Cut(name, "/")
	module := b.catalogue.Modules[moduleName]
	dir := filepath.Join(b.repo, module.Dir)
	pkg := module.Programs[program]
	inputs, err := b.programInputs(ctx, log, module.Dir, pkg)
	if err != nil {
		return explainModuleError(err, log)
	}
	arch := runtime.GOARCH
	if module.Static {
		arch = b.arch
	}
	env, parts := goEnv, []string{"program", runtime.Version(), arch, module.Ldflags, pkg, inputs}
	if module.Static {
		env, parts = []string{noC, "GOOS=linux", "GOARCH=" + arch}, append(parts, noC)
	}
	change, changed := changeOf(module, program, log)
	if changed {
		parts = append(parts, change.inputs...)
	}
	return b.object(ctx, "program", name, store.Key(parts...), func(ctx context.Context, out string) error {
		args := []string{"go", "build", "-ldflags", module.Ldflags, "-o", filepath.Join(out, program)}
		if changed {
			scratch, err := os.MkdirTemp("", "assay-module-")
			if err != nil {
				return fmt.Errorf("make room for the copy of a module: %w", err)
			}
			defer func() { _ = os.RemoveAll(scratch) }()
			modfile, err := change.copied(ctx, log, dir, scratch)
			if err != nil {
				return err
			}
			args = append(args, "-modfile="+modfile)
		}
		err := host.Run(ctx, log, host.Command{Dir: dir, Env: env, Args: append(args, pkg)})
		return explainModuleError(err, log)
	})
}

// Program returns the path of a compiled program, module/name.
func (b *Builder) Program(name string) (string, error) {
	dir, err := b.result("program", name)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(name)), nil
}

// programInputs hashes what a program is compiled from. For a module of its own
// that is its directory, as go.sum pins all that it imports; in this
// repository's module it is the files of the packages that the program uses.
func (b *Builder) programInputs(ctx context.Context, log io.Writer, dir, pkg string) (string, error) {
	if dir != "." {
		files, err := filesBelow(b.repo, dir)
		if err != nil {
			return "", err
		}
		return store.KeyOfFiles(b.repo, files...)
	}
	const format = `{{if and .Module .Module.Main}}{{$dir := .Dir}}` +
		`{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{end}}`
	out, err := host.Output(ctx, log, host.Command{
		Dir: b.repo, Env: goEnv, Args: []string{"go", "list", "-deps", "-f", format, pkg},
	})
	if err != nil {
		return "", err
	}
	files := []string{"go.mod", "go.sum"}
	for path := range strings.Lines(out) {
		path = strings.TrimSpace(path)
		if path == "" {
			continue
		}
		relative, err := filepath.Rel(b.repo, path)
		if err != nil {
			return "", fmt.Errorf("list the sources of %s: %w", pkg, err)
		}
		files = append(files, relative)
	}
	return store.KeyOfFiles(b.repo, files...)
}

// filesBelow lists the regular files in a directory of the repository, sorted.
func filesBelow(repo, dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(repo, dir), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(repo, path)
		files = append(files, relative)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	slices.Sort(files)
	return files, nil
}

// explainModuleError adds the next step to a compile that failed for want of a
// module rather than for its code.
func explainModuleError(err error, log io.Writer) error {
	if err == nil {
		return nil
	}
	named, ok := log.(interface{ Name() string })
	if !ok {
		return err
	}
	content, readErr := os.ReadFile(named.Name())
	if readErr != nil {
		return err
	}
	for sign, advice := range map[string]string{
		"403 Forbidden":      "the module proxy refuses a module; its exact version is pinned in go.mod: ask for the proxy to serve it, or set GOPROXY to one that does",
		"no such host":       "the module proxy cannot be reached: check the network and `go env GOPROXY`",
		"connection refused": "the module proxy cannot be reached: check the network and `go env GOPROXY`",
		"checksum mismatch":  "a downloaded module does not match go.sum: do not use it; clear it with `go clean -modcache` and try another proxy",
		"no space left":      "the disk is full: free 15 GB and run this again",
	} {
		if bytes.Contains(content, []byte(sign)) {
			return fmt.Errorf("%w: %s", err, advice)
		}
	}
	return err
}
