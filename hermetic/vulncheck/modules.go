// Package vulncheck looks for known vulnerabilities in every module of which programs
// are built, and holds what is reached against a list of what may stay, and why.
package vulncheck

import (
	"fmt"
	"maps"
	"slices"

	"assay.dev/assay/hermetic/catalogue"
)

// Module is a module of the repository, and its packages that are compiled.
type Module struct {
	// Dir is its directory in the repository.
	Dir      string
	Packages []string
}

// beside are the modules that are built and are in no image: assay itself, and what
// infra/ builds of Terraform.
var beside = []Module{
	{".", []string{"./..."}},
	{"infra/provider", []string{"."}},
	{"infra/tofu", []string{"github.com/opentofu/opentofu/cmd/tofu"}},
}

// Modules lists the modules of which programs are built from the repository at root:
// those of the catalogue, and those beside.
func Modules(root string) ([]Module, error) {
	list, err := catalogue.Load(root)
	if err != nil {
		return nil, fmt.Errorf("list the modules that are built: %w", err)
	}
	packages := map[string][]string{}
	for _, module := range list.Modules {
		packages[module.Dir] = append(packages[module.Dir], slices.Collect(maps.Values(module.Programs))...)
	}
	for _, module := range beside { // all packages of a module are more than its programs
		packages[module.Dir] = module.Packages
	}
	var modules []Module
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		slices.Sort(packages[dir])
		modules = append(modules, Module{dir, slices.Compact(packages[dir])})
	}
	return modules, nil
}
