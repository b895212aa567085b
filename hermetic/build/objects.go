package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/host"
)

// compiler is the machine's C compiler, by its POSIX name.
const compiler = "cc"

// cflags make an object whose code stands alone wherever it is put: Chaos Mesh
// copies it into other processes. The last two take out what distributions add.
var cflags = []string{"-c", "-fPIE", "-O2", "-fno-stack-protector", "-fcf-protection=none"}

func hasCompiler() bool {
	_, err := exec.LookPath(compiler)
	return err == nil
}

// compiled is what the key of a program with objects is made of beside its own.
func compiled(objects catalogue.Objects) []string {
	return slices.Concat([]string{"objects", objects.Module}, objects.Sources, cflags)
}

// embed makes a copy of a module that holds the objects beside their sources, and
// a go.mod as in dir that replaces the module by the copy, and returns its path:
// Go lets nobody add files to the module cache.
func embed(ctx context.Context, log io.Writer, dir, scratch string, objects catalogue.Objects) (string, error) {
	module, err := ModuleDir(ctx, log, dir, objects.Module)
	if err != nil {
		return "", err
	}
	copied := filepath.Join(scratch, "module")
	if err := os.CopyFS(copied, os.DirFS(module)); err != nil {
		return "", fmt.Errorf("copy module %s: %w", objects.Module, err)
	}
	for _, source := range objects.Sources {
		object := strings.TrimSuffix(source, ".c") + ".o"
		args := slices.Concat([]string{compiler}, cflags, []string{"-o", object, source})
		if err := host.Run(ctx, log, host.Command{Dir: copied, Args: args}); err != nil {
			return "", fmt.Errorf("compile %s of %s: %w", source, objects.Module, err)
		}
	}
	modfile := filepath.Join(scratch, "go.mod")
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", fmt.Errorf("replace module %s: %w", objects.Module, err)
		}
		if err := os.WriteFile(filepath.Join(scratch, name), content, 0o644); err != nil {
			return "", fmt.Errorf("replace module %s: %w", objects.Module, err)
		}
	}
	err = host.Run(ctx, log, host.Command{Dir: scratch, Args: []string{
		"go", "mod", "edit", "-replace=" + objects.Module + "=" + copied, modfile,
	}})
	return modfile, err
}
