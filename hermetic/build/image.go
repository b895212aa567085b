package build

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// makeImage assembles an image from the results of earlier steps.
func (b *Builder) makeImage(image catalogue.Image) error {
	key, err := b.imageKey(image)
	if err != nil {
		return err
	}
	if b.store.Image(b.cacheKey(image), key) != nil {
		return nil
	}
	made, err := b.assemble(image)
	if err != nil {
		return err
	}
	if err := b.store.PutImage(b.cacheKey(image), key, made); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.built++
	return nil
}

// cacheKey is the reference under which the store holds an image: one that is not for
// this machine must not be served in the place of one that is.
func (b *Builder) cacheKey(image catalogue.Image) string {
	if b.arch == runtime.GOARCH {
		return image.Ref
	}
	return image.Ref + "-" + b.arch
}

// made returns an image that an earlier step has made.
func (b *Builder) made(image catalogue.Image) (v1.Image, error) {
	key, err := b.imageKey(image)
	if err != nil {
		return nil, err
	}
	found := b.store.Image(b.cacheKey(image), key)
	if found == nil {
		return nil, fmt.Errorf("image %s was not made before it was used", image.Ref)
	}
	return found, nil
}

// imageKey is made of the keys of all parts, which stand in their directories'
// names, and of the image's own description.
func (b *Builder) imageKey(image catalogue.Image) (string, error) {
	parts := []string{"image", fmt.Sprintf("%+v", image)}
	add := func(kind, name string) error {
		dir, err := b.result(kind, name)
		parts = append(parts, filepath.Base(dir))
		return err
	}
	if image.Root != "" {
		if err := add("root", image.Root); err != nil {
			return "", err
		}
	}
	for _, program := range slices.Sorted(maps.Keys(image.Programs)) {
		if err := add("program", program); err != nil {
			return "", err
		}
	}
	for _, set := range slices.Sorted(maps.Keys(image.Maven)) {
		if err := add("archives", set); err != nil {
			return "", err
		}
	}
	files, err := store.KeyOfFiles(b.repo, slices.Sorted(maps.Keys(image.Files))...)
	return store.Key(append(parts, files)...), err
}

// assemble stacks the layers that images share below those that they do not.
func (b *Builder) assemble(image catalogue.Image) (v1.Image, error) {
	var layers []v1.Layer
	if image.Root != "" {
		dir, err := b.result("root", image.Root)
		if err != nil {
			return nil, err
		}
		layer, err := b.layer(dir, func() (v1.Layer, error) {
			return plainLayer(func() (io.ReadCloser, error) { return os.Open(filepath.Join(dir, rootTar)) })
		})
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	for _, program := range slices.Sorted(maps.Keys(image.Programs)) {
		file, err := b.Program(program)
		if err != nil {
			return nil, err
		}
		at := image.Programs[program]
		layer, err := b.layer(file+" "+at, func() (v1.Layer, error) {
			return fileLayer([]entry{{path: at, file: file, mode: 0o755}})
		})
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	own, err := b.ownEntries(image)
	if err != nil {
		return nil, err
	}
	if len(own) > 0 {
		layer, err := fileLayer(own)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	made, err := mutate.AppendLayers(empty.Image, layers...)
	if err != nil {
		return nil, fmt.Errorf("stack the layers of %s: %w", image.Ref, err)
	}
	return configure(made, image, b.arch)
}

// ownEntries lists the files that only this image holds.
func (b *Builder) ownEntries(image catalogue.Image) ([]entry, error) {
	var own []entry
	for set, at := range image.Maven {
		dir, err := b.result("archives", set)
		if err != nil {
			return nil, err
		}
		archives, err := filepath.Glob(filepath.Join(dir, "*.jar"))
		if err != nil {
			return nil, err
		}
		for _, archive := range archives {
			own = append(own, entry{path: path.Join(at, filepath.Base(archive)), file: archive, mode: 0o644})
		}
	}
	for file, at := range image.Files {
		own = append(own, entry{path: at, file: filepath.Join(b.repo, file), mode: 0o755})
	}
	for at, target := range image.Links {
		own = append(own, entry{path: at, link: target})
	}
	slices.SortFunc(own, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return own, nil
}

// configure sets what a container runtime reads of an image.
func configure(made v1.Image, image catalogue.Image, arch string) (v1.Image, error) {
	config, err := made.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", image.Ref, err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", arch
	config.Config.Entrypoint = image.Entrypoint
	config.Config.User = image.User
	env := map[string]string{"PATH": defaultPath}
	maps.Copy(env, image.Env)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		config.Config.Env = append(config.Config.Env, name+"="+env[name])
	}
	configured, err := mutate.ConfigFile(made, config)
	if err != nil {
		return nil, fmt.Errorf("configure %s: %w", image.Ref, err)
	}
	return configured, nil
}

// flat turns a name with slashes into a file name.
func flat(name string) string { return strings.ReplaceAll(name, "/", "-") }
