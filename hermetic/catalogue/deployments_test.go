package catalogue

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

const static = `
debian: {suite: bookworm, roots: {base: {packages: [bash]}}}
modules: {static: {dir: ., ldflags: "", static: true, programs: {probe: ./harness/record/probe}}}
compile: [static/probe]
node: {ref: kindest/node:v1, kubernetesVersion: v1}
registry: {ref: assay.dev/registry:dev}
images:
- ref: example.org/app:1
`

func deployment(name, image, build string) spec.Deployment {
	return spec.Deployment{Name: name, Image: image, Build: build}
}

// A seventh program is one row more: its image is made of the package that it names. Two
// deployments may share a program, and one may run an image that a registry has.
func TestImagesOfDeploymentsAreMadeOfWhatTheyName(t *testing.T) {
	c, err := Parse([]byte(static))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := c.WithDeployments([]spec.Deployment{
		deployment("orders", "assay.dev/shop/orders:dev", "./workloads/todo-backend"),
		deployment("archive", "assay.dev/shop/archive:dev", "./workloads/todo-backend"),
		deployment("counter", "assay.dev/shop/counter:dev", "./testdata/shop/counter"),
		deployment("foreign", "registry.example/foreign:3", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]Image{}
	for _, image := range chosen.Images {
		made[image.Ref] = image
	}
	for ref, program := range map[string]string{
		"assay.dev/shop/orders:dev": "todo-backend", "assay.dev/shop/archive:dev": "todo-backend", "assay.dev/shop/counter:dev": "counter",
	} {
		image, at := made[ref], "/usr/local/bin/"+program
		if !image.Loaded || image.Programs["static/"+program] != at || !slices.Equal(image.Entrypoint, []string{at}) || image.User == "" {
			t.Errorf("image %s is made like %+v", ref, image)
		}
	}
	if got := chosen.Modules["static"].Programs["counter"]; got != "./testdata/shop/counter" {
		t.Errorf("counter is made of %q", got)
	}
	if want := []string{"static/probe", "static/todo-backend", "static/counter"}; !slices.Equal(chosen.Compile, want) {
		t.Errorf("compiled are %v, want %v", chosen.Compile, want)
	}
	if got := chosen.Pulled(); !slices.Contains(got, "registry.example/foreign:3") || slices.Contains(got, "assay.dev/shop/counter:dev") {
		t.Errorf("pulled are %v", got)
	}
	if len(c.Images) != 1 || len(c.Modules["static"].Programs) != 1 || len(c.Compile) != 1 || len(c.Published.Images) != 0 {
		t.Errorf("the catalogue itself has changed: %+v", c)
	}
}

func TestDeploymentsThatCannotBeMadeAreRefused(t *testing.T) {
	c, err := Parse([]byte(static))
	if err != nil {
		t.Fatal(err)
	}
	for want, rows := range map[string][]spec.Deployment{
		"starts with assay.dev/":           {deployment("a", "registry.example/a:1", "./a")},
		"no Go package of this repository": {deployment("a", "assay.dev/a:1", "../a")},
		"would be called a, as":            {deployment("a", "assay.dev/a:1", "./x/a"), deployment("b", "assay.dev/b:1", "./y/a")},
		"for another deployment":           {deployment("a", "assay.dev/a:1", "./x/a"), deployment("b", "assay.dev/a:1", "./y/b")},
		"would be called probe":            {deployment("a", "assay.dev/a:1", "./x/probe")},
		"tag can only contain":             {deployment("a", "assay.dev/a:ä", "./x/a")},
		"is listed twice":                  {deployment("a", "assay.dev/registry:dev", "./x/a")},
	} {
		if _, err := c.WithDeployments(rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", rows, err, want)
		}
	}
}

func TestTheReferencesImagesAreAllMadeHere(t *testing.T) {
	c, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := c.WithDeployments(todo.Must().Deployments)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(chosen.Images)-len(c.Images), len(todo.Must().Deployments); got != want {
		t.Errorf("%d images more, want %d", got, want)
	}
	if got := Unbuilt(todo.Must().Deployments); len(got) > 0 {
		t.Errorf("images %v are on no registry, and name no package", got)
	}
}
