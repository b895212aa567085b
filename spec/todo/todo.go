// Package todo is the reference specification: the platform of a todo application on
// Oracle Cloud, as SPEC.md describes it.
package todo

import (
	"embed"
	"sync"

	"assay.dev/assay/spec"
)

// FS is the directory of the specification.
//
//go:embed SPEC.md platform.yaml cells.yaml requirements.yaml schemas
var FS embed.FS

// Name is how errors and reports call the directory.
const Name = "spec/todo"

// Load loads the specification.
func Load() (*spec.Spec, error) { return spec.Load(Name, FS) }

// Must returns the specification for tests and benches. It is shared: whoever changes it
// loads a copy of his own.
var Must = sync.OnceValue(func() *spec.Spec {
	s, err := Load()
	if err != nil {
		panic(err)
	}
	return s
})
