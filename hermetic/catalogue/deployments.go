package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// staticModule is the module whose programs need no root file system.
const staticModule = "static"

// appUser is as whom applications run.
const appUser = "65532"

// WithDeployments returns the catalogue with the images of a specification's
// deployments. One that names its Go package is made of it, wherever other images come
// from, as /usr/local/bin/PACKAGE; all others are pulled, as published images are.
func (c *Catalogue) WithDeployments(deployments []spec.Deployment) (*Catalogue, error) {
	chosen := *c
	chosen.Images = slices.Clone(c.Images)
	chosen.Compile = slices.Clone(c.Compile)
	chosen.Published.Images = slices.Clone(c.Published.Images)
	chosen.Modules = maps.Clone(c.Modules)
	module := chosen.Modules[staticModule]
	module.Programs = maps.Clone(module.Programs)
	if module.Programs == nil {
		module.Programs = map[string]string{}
	}
	chosen.Modules[staticModule] = module
	built := map[string]string{}
	var errs []error
	for _, d := range deployments {
		if before, ok := built[d.Image]; ok {
			if before != d.Build {
				errs = append(errs, fmt.Errorf("deployment %s: image %s is made of %q for another deployment, not of %q", d.Name, d.Image, before, d.Build))
			}
			continue
		}
		built[d.Image] = d.Build
		if d.Build == "" {
			chosen.Published.Images = append(chosen.Published.Images, d.Image)
			continue
		}
		errs = append(errs, chosen.build(d, module.Programs))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := chosen.validate(); err != nil {
		return nil, fmt.Errorf("the images of the deployments: %w", err)
	}
	return &chosen, nil
}

// build adds the image of a deployment that is made of a Go package.
func (c *Catalogue) build(d spec.Deployment, programs map[string]string) error {
	if !strings.HasPrefix(d.Image, ownHost) {
		return fmt.Errorf("deployment %s: image %s is made here, so its name starts with %s", d.Name, d.Image, ownHost)
	}
	if !strings.HasPrefix(d.Build, "./") || path.Clean(d.Build) != strings.TrimPrefix(d.Build, "./") {
		return fmt.Errorf("deployment %s: build %q is no Go package of this repository such as ./workloads/audit-worker", d.Name, d.Build)
	}
	name := path.Base(d.Build)
	program := staticModule + "/" + name
	if other, ok := programs[name]; ok && other != d.Build {
		return fmt.Errorf("deployment %s: build %q would be called %s, as %q is", d.Name, d.Build, name, other)
	}
	programs[name] = d.Build
	if !slices.Contains(c.Compile, program) {
		c.Compile = append(c.Compile, program)
	}
	at := "/usr/local/bin/" + name
	c.Images = append(c.Images, Image{
		Ref: d.Image, Loaded: true, Programs: map[string]string{program: at}, Entrypoint: []string{at}, User: appUser,
	})
	return nil
}

// Unbuilt are the images of deployments that name no package that they are made of.
func Unbuilt(deployments []spec.Deployment) []string {
	var refs []string
	for _, d := range deployments {
		if d.Build == "" {
			refs = append(refs, d.Image)
		}
	}
	return refs
}
