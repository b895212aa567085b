// Package build makes what hermetic mode needs from package registries: Debian
// root file systems, Go programs, Java archives, and from those the container
// images of the catalogue. Everything is kept in a store under a key of its
// inputs, so that a second run builds nothing.
package build

import (
	"context"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// Builder makes the catalogue's entries. Results of finished steps are read
// through its methods.
type Builder struct {
	repo string
	// arch is the architecture of static programs and of images made of them, which
	// are for Linux; everything else is made for this machine.
	arch      string
	catalogue *catalogue.Catalogue
	store     *store.Store

	mu      sync.Mutex
	results map[string]string // object directories by "kind/name"
	built   int
	layers  map[string]func() (v1.Layer, error) // by what they are made from
}

// New returns a builder for the repository at repo.
func New(repo string, c *catalogue.Catalogue, s *store.Store) *Builder {
	return &Builder{
		repo: repo, arch: runtime.GOARCH, catalogue: c, store: s,
		results: map[string]string{}, layers: map[string]func() (v1.Layer, error){},
	}
}

// For returns a builder of the same catalogue whose LoadedPlan makes images for
// another architecture, by Go's name of it.
func (b *Builder) For(arch string) *Builder {
	other := New(b.repo, b.catalogue, b.store)
	other.arch = arch
	return other
}

// Names of the steps that others wait for.
func rootStep(name string) string    { return "file system " + name }
func mavenStep(name string) string   { return "archives " + name }
func programStep(name string) string { return "compile " + name }
func imageStep(ref string) string    { return "image " + ref }

// Dependencies of steps outside this package.
const (
	// ToolsStep is the step of the caller that installs the tools; everything
	// that runs one of them needs it.
	ToolsStep = "install tools"
	// NodeStep makes the image of the cluster's nodes.
	NodeStep = "node image"
)

// Programs that the caller runs itself, and the steps that make them.
const (
	Helm       = "kube/helm"
	Helmfile   = "helmfile/helmfile"
	RuncWithin = "assay/runc-within"
)

// ProgramStep names the step after which Program(name) is there.
func ProgramStep(name string) string { return programStep(name) }

// ImageSteps returns the names of the steps that make the images of a kind.
func (b *Builder) ImageSteps(of func(catalogue.Image) bool) []string {
	var names []string
	for _, image := range b.catalogue.All() {
		if of(image) {
			names = append(names, imageStep(image.Ref))
		}
	}
	return names
}

// Kinds of images, for ImageSteps.
var (
	BootImage    = func(image catalogue.Image) bool { return image.Boot }
	NetworkImage = func(image catalogue.Image) bool { return image.Network }
	LoadedImage  = func(image catalogue.Image) bool { return image.Loaded }
	PulledImage  = func(image catalogue.Image) bool { return !image.Loaded }
)

// Plan returns the steps that make everything. Compiling steps follow each
// other, in the order that gets a cluster started first: each keeps every core
// busy, and two at once would only slow each other down.
func (b *Builder) Plan() []steps.Step {
	var plan []steps.Step
	for _, name := range slices.Sorted(maps.Keys(b.catalogue.Debian.Roots)) {
		needs := []string{ToolsStep}
		if from := b.catalogue.Debian.Roots[name].From; from != "" {
			needs = append(needs, rootStep(from))
		}
		plan = append(plan, b.step(rootStep(name), needs, func(ctx context.Context, log io.Writer) error {
			return b.makeRoot(ctx, log, name)
		}))
	}
	for _, name := range slices.Sorted(maps.Keys(b.catalogue.Maven)) {
		plan = append(plan, b.step(mavenStep(name), []string{ToolsStep}, func(ctx context.Context, log io.Writer) error {
			return b.makeArchives(ctx, log, name)
		}))
	}
	plan = append(plan, b.compileSteps(b.catalogue.Compile, nil)...)
	for _, image := range b.catalogue.All() {
		plan = append(plan, b.imageStep(image))
	}
	return append(plan,
		b.step(NodeStep, []string{rootStep("node"), programStep("kube/kubernetes")}, b.makeNode),
		b.chartsStep(ChartSet{StandIns: true, Definitions: true}))
}

// compileSteps compiles the programs one after another, the first after first.
func (b *Builder) compileSteps(names, first []string) []steps.Step {
	var plan []steps.Step
	previous := first
	for _, name := range names {
		plan = append(plan, b.step(programStep(name), previous, func(ctx context.Context, log io.Writer) error {
			return b.makeProgram(ctx, log, name)
		}))
		previous = []string{programStep(name)}
	}
	return plan
}

func (b *Builder) imageStep(image catalogue.Image) steps.Step {
	return b.step(imageStep(image.Ref), b.needs(image), func(context.Context, io.Writer) error {
		return b.makeImage(image)
	})
}

func (b *Builder) step(name string, needs []string, run func(context.Context, io.Writer) error) steps.Step {
	return steps.Step{Name: name, Needs: needs, Run: run}
}

// needs returns the steps whose results an image is made from.
func (b *Builder) needs(image catalogue.Image) []string {
	var names []string
	if image.Root != "" {
		names = append(names, rootStep(image.Root))
	}
	for program := range image.Programs {
		names = append(names, programStep(program))
	}
	for set := range image.Maven {
		names = append(names, mavenStep(set))
	}
	return names
}

// Built returns how many entries this run had to make.
func (b *Builder) Built() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.built
}

// object makes or finds an object and remembers where it is.
func (b *Builder) object(ctx context.Context, kind, name, key string, make func(ctx context.Context, dir string) error) error {
	dir, made, err := b.store.Object(ctx, kind+"-"+flat(name), key, make)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results[kind+"/"+name] = dir
	if made {
		b.built++
	}
	return nil
}

// layer makes a layer that several images share, once: hashing it is what takes
// the time.
func (b *Builder) layer(from string, make func() (v1.Layer, error)) (v1.Layer, error) {
	b.mu.Lock()
	once, ok := b.layers[from]
	if !ok {
		once = sync.OnceValues(make)
		b.layers[from] = once
	}
	b.mu.Unlock()
	return once()
}

// result returns the directory of an object that an earlier step made.
func (b *Builder) result(kind, name string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	dir, ok := b.results[kind+"/"+name]
	if !ok {
		return "", fmt.Errorf("%s %s was not made before it was used", kind, name)
	}
	return dir, nil
}

// Served identifies the content of all images that nodes pull, together: it
// changes when one of them does, although references stay the same.
func (b *Builder) Served() (string, error) {
	digests, err := b.store.Digests()
	if err != nil {
		return "", err
	}
	var parts []string
	for _, image := range b.catalogue.Images {
		if PulledImage(image) {
			parts = append(parts, image.Ref, digests[image.Ref])
		}
	}
	return store.Key(parts...), nil
}
