// Package source finds the specification that a command works by.
package source

import (
	"fmt"
	"os"
	"path/filepath"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// Env names the directory of the specification, as the flag --spec does.
const Env = "ASSAY_SPEC"

// Open loads the specification of a directory. Without one it is that of Env, and
// without that the reference one, which is part of the program.
func Open(dir string) (*spec.Spec, error) {
	if dir == "" {
		dir = os.Getenv(Env)
	}
	if dir == "" {
		return todo.Load()
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is a file, and a specification is a directory with platform.yaml in it", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open the specification that --spec or %s names: %w", Env, err)
	}
	return spec.Load(filepath.ToSlash(filepath.Clean(dir)), os.DirFS(dir))
}
