package build

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

const nodeArchive = "node.tar"

// makeNode assembles the image of the cluster's nodes as an archive that docker
// loads: kind's own base files on Debian, with Kubernetes' node programs.
func (b *Builder) makeNode(ctx context.Context, _ io.Writer) error {
	node := b.node()
	parts, err := b.imageKey(node)
	if err != nil {
		return err
	}
	return b.object(ctx, "node", "image", store.Key(parts), func(_ context.Context, dir string) error {
		image, err := b.assemble(node)
		if err != nil {
			return err
		}
		// The archive's own tag must be none that docker may have from elsewhere.
		return writeArchive(filepath.Join(dir, nodeArchive), loadedTag(filepath.Base(b.store.ObjectDir("node-image", store.Key(parts)))), image)
	})
}

// NodeWith returns the image of the nodes with more files, by their absolute
// paths, and symbolic links.
func (b *Builder) NodeWith(files, links map[string]string) (v1.Image, error) {
	image, err := b.assemble(b.node())
	if err != nil {
		return nil, err
	}
	var more []entry
	for at, file := range files {
		more = append(more, entry{path: at, file: file, mode: 0o644})
	}
	for at, target := range links {
		more = append(more, entry{path: at, link: target})
	}
	slices.SortFunc(more, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	layer, err := fileLayer(more)
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(image, layer)
}

func (b *Builder) node() catalogue.Image {
	return catalogue.Image{
		Ref:        b.catalogue.Node.Ref,
		Root:       "node",
		Programs:   map[string]string{"kube/kubernetes": "/usr/bin/kubernetes"},
		Links:      map[string]string{"/usr/bin/kubeadm": "kubernetes", "/usr/bin/kubectl": "kubernetes", "/usr/bin/kubelet": "kubernetes"},
		Files:      map[string]string{"hermetic/node/default-storage.yaml": "/kind/manifests/default-storage.yaml"},
		Entrypoint: []string{"/usr/local/bin/entrypoint", "/sbin/init"},
		Env:        map[string]string{"container": "docker"},
	}
}

// LoadNode gives docker the node image and returns the reference that names
// exactly this build.
func (b *Builder) LoadNode(ctx context.Context, log io.Writer) (string, error) {
	dir, err := b.result("node", "image")
	if err != nil {
		return "", err
	}
	return load(ctx, log, loadedTag(filepath.Base(dir)), func(string) (string, error) {
		return filepath.Join(dir, nodeArchive), nil
	})
}

// LoadRegistry gives docker the image of the nodes' registry and returns the
// reference that names exactly this build.
func (b *Builder) LoadRegistry(ctx context.Context, log io.Writer) (string, error) {
	image, err := b.made(b.catalogue.Registry)
	if err != nil {
		return "", err
	}
	return b.LoadImage(ctx, log, "registry", image)
}

// LoadImage gives docker an image and returns the reference that names exactly
// it, which starts with what.
func (b *Builder) LoadImage(ctx context.Context, log io.Writer, what string, image v1.Image) (string, error) {
	digest, err := image.Digest()
	if err != nil {
		return "", fmt.Errorf("digest of the image of the %s: %w", what, err)
	}
	return load(ctx, log, loadedTag(what+"-"+digest.Hex[:32]), func(tag string) (string, error) {
		file := filepath.Join(b.store.TempDir(), what+".tar")
		return file, writeArchive(file, tag, image)
	})
}

// loadedTag is the reference under which docker holds an image of ours: never one
// that somebody else's images have.
func loadedTag(name string) string { return "assay.dev/loaded/" + flat(name) + ":latest" }

// load loads the archive of an image with this tag into docker unless docker has it.
func load(ctx context.Context, log io.Writer, tag string, archive func(tag string) (string, error)) (string, error) {
	if host.Run(ctx, log, host.Command{Args: []string{"docker", "image", "inspect", "--format", "{{.Id}}", tag}}) == nil {
		return tag, nil
	}
	file, err := archive(tag)
	if err != nil {
		return "", err
	}
	if err := host.Run(ctx, log, host.Command{Args: []string{"docker", "load", "--input", file}}); err != nil {
		return "", fmt.Errorf("load %s into docker: %w", tag, err)
	}
	return tag, nil
}

func writeArchive(file, tag string, image v1.Image) error {
	ref, err := name.NewTag(tag)
	if err != nil {
		return fmt.Errorf("tag of an image for docker: %w", err)
	}
	if err := tarball.WriteToFile(file, ref, image); err != nil {
		return fmt.Errorf("write the image %s: %w", tag, err)
	}
	return nil
}
