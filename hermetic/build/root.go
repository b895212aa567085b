package build

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

// rootTar is the file of a root file system in its object directory.
const rootTar = "root.tar"

// makeRoot makes a Debian root file system with mmdebstrap, which checks the
// signatures of the machine's own mirrors.
func (b *Builder) makeRoot(ctx context.Context, log io.Writer, name string) error {
	root := b.catalogue.Debian.Roots[name]
	suite := b.catalogue.Debian.Suite
	args := []string{
		"mmdebstrap", "--skip=cleanup/run", "--architectures=" + runtime.GOARCH,
		"--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
		"--customize-hook=rm -rf \"$1\"/var/lib/apt/lists/* \"$1\"/var/cache/apt \"$1\"/usr/share/man/*/*",
	}
	if len(root.Packages) > 0 {
		args = append(args, "--include="+strings.Join(root.Packages, ","))
	}
	env := []string{"SOURCE_DATE_EPOCH=0"}
	inputs := []string{"root", suite, runtime.GOARCH, strings.Join(args, " ")}
	if root.From == "" {
		args = append(args, "--variant=minbase")
	} else {
		from, err := b.result("root", root.From)
		if err != nil {
			return err
		}
		inputs = append(inputs, filepath.Base(from))
		env = append(env, "FROM_ROOT="+filepath.Join(from, rootTar))
		args = append(args, "--variant=custom", `--setup-hook=tar -C "$1" -xf "$FROM_ROOT"`)
	}
	if root.Customize != "" {
		files, err := filesBelow(b.repo, root.Customize)
		if err != nil {
			return err
		}
		sum, err := store.KeyOfFiles(b.repo, files...)
		if err != nil {
			return err
		}
		kind, err := b.kindFiles(ctx, log)
		if err != nil {
			return err
		}
		inputs = append(inputs, sum, filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(kind)))))
		env = append(env, "KIND_FILES="+kind)
		args = append(args, "--customize-hook="+filepath.Join(b.repo, root.Customize, "customize"))
	}
	return b.object(ctx, "root", name, store.Key(inputs...), func(ctx context.Context, dir string) error {
		sources, err := host.DebianSources(ctx, log, suite)
		if err != nil {
			return err
		}
		return host.Run(ctx, log, host.Command{
			Env:   env,
			Args:  append(args, suite, filepath.Join(dir, rootTar), "-"),
			Stdin: strings.NewReader(sources),
		})
	})
}

// kindFiles returns the files that kind's node images stand on, which ship in
// the kind module.
func (b *Builder) kindFiles(ctx context.Context, log io.Writer) (string, error) {
	dir, err := ModuleDir(ctx, log, b.repo, "sigs.k8s.io/kind")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "images", "base", "files"), nil
}

// ModuleDir returns where the module cache holds a module that the module in
// dir requires, and downloads it if it is not there yet.
func ModuleDir(ctx context.Context, log io.Writer, dir, module string) (string, error) {
	for _, args := range [][]string{{"go", "mod", "download", module}, {"go", "list", "-m", "-f", "{{.Dir}}", module}} {
		out, err := host.Output(ctx, log, host.Command{Dir: dir, Env: goEnv, Args: args})
		if err != nil {
			return "", explainModuleError(fmt.Errorf("find module %s: %w", module, err), log)
		}
		if found := strings.TrimSpace(out); found != "" {
			return found, nil
		}
	}
	return "", fmt.Errorf("find module %s: the go command names no directory", module)
}
