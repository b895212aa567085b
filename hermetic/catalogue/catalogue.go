// Package catalogue reads hermetic/images.yaml: the list of every container
// image that the deployment uses and how each is made from packages.
package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"sigs.k8s.io/yaml"
)

// Path is where the catalogue lies in the repository.
const Path = "hermetic/images.yaml"

// ownHost is what the references of images that nobody publishes start with.
const ownHost = "assay.dev/"

// Catalogue is the whole file.
type Catalogue struct {
	Debian  Debian            `json:"debian"`
	Maven   map[string]string `json:"maven"`
	Modules map[string]Module `json:"modules"`
	// Compile lists the programs, module/program, in the order of compiling.
	Compile  []string `json:"compile"`
	Node     Node     `json:"node"`
	Images   []Image  `json:"images"`
	Registry Image    `json:"registry"`
	// Published is what only public images and a mirror have.
	Published Published `json:"published"`
}

// Published names what is pulled and never built.
type Published struct {
	// Images are those in whose place hermetic mode has stand-ins.
	Images []string `json:"images"`
	// Charts maps the name that helmfile.yaml uses to the reference of the
	// chart's OCI artifact.
	Charts map[string]string `json:"charts"`
}

// Debian names the suite and the root file systems made from it.
type Debian struct {
	Suite string          `json:"suite"`
	Roots map[string]Root `json:"roots"`
}

// Root is a Debian root file system.
type Root struct {
	// From names the root that this one adds to; empty stands for none.
	From string `json:"from,omitempty"`
	// Packages are the ones beyond Debian's essential ones, or beyond those of From.
	Packages []string `json:"packages"`
	// Customize is a directory of the repository whose program `customize` is
	// run with the path of the finished file system; empty stands for none.
	Customize string `json:"customize,omitempty"`
}

// Module is a Go module whose programs compile together.
type Module struct {
	// Dir is the module's directory in the repository.
	Dir     string `json:"dir"`
	Ldflags string `json:"ldflags"`
	// Static says that the programs are compiled without C: they then run
	// without any root file system.
	Static bool `json:"static,omitempty"`
	// Programs maps a program's file name to its package, whose path ends in it.
	Programs map[string]string `json:"programs"`
	// Objects maps a program to what Go embeds in it and its module does not ship.
	Objects map[string]Objects `json:"objects,omitempty"`
	// Without maps a program to what is left out of it.
	Without map[string]Without `json:"without,omitempty"`
}

// Without are packages that a file of a module imports and lists, and that a program does
// without: nothing here uses them.
type Without struct {
	Module   string   `json:"module"`
	File     string   `json:"file"`     // path in the module
	Packages []string `json:"packages"` // names
}

// Objects are files in C of a module, each to be compiled to an object beside it.
type Objects struct {
	Module  string   `json:"module"`
	Sources []string `json:"sources"` // paths in the module
}

// Node is the image of the cluster's nodes.
type Node struct {
	Ref               string `json:"ref"`
	KubernetesVersion string `json:"kubernetesVersion"`
}

// Image is one container image.
type Image struct {
	// Ref is the public reference, with its registry and tag.
	Ref string `json:"ref"`
	// Root names a Debian root file system; empty stands for none (scratch).
	Root string `json:"root,omitempty"`
	// Programs maps module/program to its absolute path in the image.
	Programs map[string]string `json:"programs,omitempty"`
	// Links maps an absolute path to the target of a symbolic link there.
	Links map[string]string `json:"links,omitempty"`
	// Files maps a file of the repository to its absolute path in the image.
	Files map[string]string `json:"files,omitempty"`
	// Maven maps a set of archives to the directory that holds them.
	Maven      map[string]string `json:"maven,omitempty"`
	Entrypoint []string          `json:"entrypoint,omitempty"`
	User       string            `json:"user,omitempty"`
	// Boot says that a cluster needs the image before anything is deployed.
	Boot bool `json:"boot,omitempty"`
	// InNode says that the published image of the cluster's nodes brings it.
	InNode bool `json:"inNode,omitempty"`
	// Network says that pods have no network before the image is deployed.
	Network bool `json:"network,omitempty"`
	// Loaded says that the image is put into the nodes instead of being pulled,
	// wherever other images come from: it is on no registry and changes often.
	Loaded bool `json:"loaded,omitempty"`
	// OKE says that only nodes which are like those of OKE need the image.
	OKE bool              `json:"oke,omitempty"`
	Env map[string]string `json:"env,omitempty"`
}

// Load reads and checks the catalogue of the repository at root, for nodes of kind.
func Load(root string) (*Catalogue, error) {
	return load(root, false)
}

func load(root string, oke bool) (*Catalogue, error) {
	content, err := os.ReadFile(filepath.Join(root, Path))
	if err != nil {
		return nil, fmt.Errorf("read the image catalogue: %w", err)
	}
	c, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Path, err)
	}
	return c.ForNodes(oke), nil
}

// Parse decodes a catalogue strictly: an unknown key is an error, and so is a
// name that leads nowhere.
func Parse(content []byte) (*Catalogue, error) {
	var c Catalogue
	if err := yaml.UnmarshalStrict(content, &c); err != nil {
		return nil, err
	}
	return &c, c.validate()
}

// All returns the images to be served and the registry's own.
func (c *Catalogue) All() []Image {
	return append(append([]Image{}, c.Images...), c.Registry)
}

// Pulled returns the references of what the cluster pulls where images are public
// or come from a mirror: all but what its nodes bring and what is made here.
func (c *Catalogue) Pulled() []string {
	pulled := slices.Clone(c.Published.Images)
	for _, image := range c.Images {
		if !image.Loaded && !image.InNode && !strings.HasPrefix(image.Ref, ownHost) {
			pulled = append(pulled, image.Ref)
		}
	}
	slices.Sort(pulled)
	return pulled
}

func (c *Catalogue) validate() error {
	var errs []error
	seen := map[string]bool{}
	for _, ref := range slices.AppendSeq(slices.Clone(c.Published.Images), maps.Values(c.Published.Charts)) {
		if _, err := name.NewTag(ref, name.StrictValidation); err != nil {
			errs = append(errs, fmt.Errorf("published %q: %w", ref, err))
		}
	}
	for _, image := range c.All() {
		if _, err := name.NewTag(image.Ref, name.StrictValidation); err != nil {
			errs = append(errs, fmt.Errorf("image %q: %w", image.Ref, err))
		}
		if seen[image.Ref] {
			errs = append(errs, fmt.Errorf("image %q is listed twice", image.Ref))
		}
		seen[image.Ref] = true
		errs = append(errs, c.checkImage(image)...)
	}
	for name, root := range c.Debian.Roots {
		if from, ok := c.Debian.Roots[root.From]; root.From != "" && (!ok || from.From != "") {
			errs = append(errs, fmt.Errorf("debian: root %q adds to %q, which is no root that adds to none", name, root.From))
		}
	}
	for _, program := range c.Compile {
		module, file, _ := strings.Cut(program, "/")
		if _, ok := c.Modules[module].Programs[file]; !ok {
			errs = append(errs, fmt.Errorf("compile: no program %q under modules", program))
		}
	}
	for name, module := range c.Modules {
		for program, pkg := range module.Programs {
			if path.Base(pkg) != program {
				errs = append(errs, fmt.Errorf("module %q: program %q must be called %q, as its package %s", name, program, path.Base(pkg), pkg))
			}
		}
		for program := range module.Without {
			if _, ok := module.Programs[program]; !ok {
				errs = append(errs, fmt.Errorf("module %q: without: no program %q", name, program))
			}
		}
		for program, objects := range module.Objects {
			if _, ok := module.Programs[program]; !ok {
				errs = append(errs, fmt.Errorf("module %q: objects: no program %q", name, program))
			}
			for _, source := range objects.Sources {
				if !filepath.IsLocal(source) || path.Ext(source) != ".c" {
					errs = append(errs, fmt.Errorf("module %q: objects of %q: %q is no path of a .c file in a module", name, program, source))
				}
			}
		}
	}
	if c.Node.Ref == "" || c.Node.KubernetesVersion == "" {
		errs = append(errs, errors.New("node: ref and kubernetesVersion are needed"))
	}
	return errors.Join(errs...)
}

func (c *Catalogue) checkImage(image Image) []error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("image %q: "+format, append([]any{image.Ref}, args...)...))
	}
	if _, ok := c.Debian.Roots[image.Root]; !ok && image.Root != "" {
		fail("no root file system %q under debian.roots", image.Root)
	}
	for program, at := range image.Programs {
		module, file, _ := strings.Cut(program, "/")
		if _, ok := c.Modules[module].Programs[file]; !ok {
			fail("no program %q under modules", program)
		} else if !slices.Contains(c.Compile, program) {
			fail("program %q is not under compile", program)
		}
		if !filepath.IsAbs(at) {
			fail("program %q: path %q is not absolute", program, at)
		}
	}
	for set, at := range image.Maven {
		if _, ok := c.Maven[set]; !ok {
			fail("no archives %q under maven", set)
		}
		if !filepath.IsAbs(at) {
			fail("archives %q: path %q is not absolute", set, at)
		}
	}
	if image.Loaded && (image.Root != "" || len(image.Maven) > 0 || !c.static(image)) {
		fail("it is loaded, so it can be made of static programs and files alone")
	}
	for at := range image.Links {
		if !filepath.IsAbs(at) {
			fail("link %q is not absolute", at)
		}
	}
	return errs
}

// static reports whether all programs of an image are of static modules.
func (c *Catalogue) static(image Image) bool {
	for program := range image.Programs {
		module, _, _ := strings.Cut(program, "/")
		if !c.Modules[module].Static {
			return false
		}
	}
	return true
}
