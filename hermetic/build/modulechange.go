package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/host"
)

// moduleChange is how a module differs, in a copy, from what its authors published: Go lets
// nobody change the module cache.
type moduleChange struct {
	module string
	// inputs are what the key of a program is made of beside its own.
	inputs []string
	apply  func(ctx context.Context, log io.Writer, copied string) error
}

// changeOf returns the change that a program needs, and whether there is one.
func changeOf(module catalogue.Module, program string, log io.Writer) (moduleChange, bool) {
	if without, is := module.Without[program]; is {
		return leftOut(without), true
	}
	objects, embeds := module.Objects[program]
	if embeds && !hasCompiler() {
		fmt.Fprintf(log, "there is no C compiler (%s) here: %s is made without %v\n", compiler, program, objects.Sources)
		return moduleChange{}, false
	}
	return embedded(objects), embeds
}

// copied makes a changed copy of the module, and a go.mod as in dir that replaces the module
// by the copy, and returns its path.
func (c moduleChange) copied(ctx context.Context, log io.Writer, dir, scratch string) (string, error) {
	module, err := ModuleDir(ctx, log, dir, c.module)
	if err != nil {
		return "", err
	}
	copied := filepath.Join(scratch, "module")
	if err := os.CopyFS(copied, os.DirFS(module)); err != nil {
		return "", fmt.Errorf("copy module %s: %w", c.module, err)
	}
	if err := c.apply(ctx, log, copied); err != nil {
		return "", err
	}
	modfile := filepath.Join(scratch, "go.mod")
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", fmt.Errorf("replace module %s: %w", c.module, err)
		}
		if err := os.WriteFile(filepath.Join(scratch, name), content, 0o644); err != nil {
			return "", fmt.Errorf("replace module %s: %w", c.module, err)
		}
	}
	err = host.Run(ctx, log, host.Command{Dir: scratch, Args: []string{
		"go", "mod", "edit", "-replace=" + c.module + "=" + copied, modfile,
	}})
	return modfile, err
}
