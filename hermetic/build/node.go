package build

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

const nodeArchive = "node.tar"

// makeNode assembles the image of the cluster's nodes as an archive that docker
// loads: kind's own base files on Debian, with Kubernetes' node programs.
func (b *Builder) makeNode(ctx context.Context, _ io.Writer) error {
	node := catalogue.Image{
		Ref:        b.catalogue.Node.Ref,
		Root:       "node",
		Programs:   map[string]string{"kube/kubernetes": "/usr/bin/kubernetes"},
		Links:      map[string]string{"/usr/bin/kubeadm": "kubernetes", "/usr/bin/kubectl": "kubernetes", "/usr/bin/kubelet": "kubernetes"},
		Files:      map[string]string{"hermetic/node/default-storage.yaml": "/kind/manifests/default-storage.yaml"},
		Entrypoint: []string{"/usr/local/bin/entrypoint", "/sbin/init"},
		Env:        map[string]string{"container": "docker"},
	}
	parts, err := b.imageKey(node)
	if err != nil {
		return err
	}
	return b.object(ctx, "node", "image", store.Key(parts), func(_ context.Context, dir string) error {
		image, err := b.assemble(node)
		if err != nil {
			return err
		}
		tag, err := name.NewTag(node.Ref)
		if err != nil {
			return fmt.Errorf("node image: %w", err)
		}
		if err := tarball.WriteToFile(filepath.Join(dir, nodeArchive), tag, image); err != nil {
			return fmt.Errorf("write the node image: %w", err)
		}
		return nil
	})
}

// LoadNode gives docker the node image and returns the reference that names
// exactly this build.
func (b *Builder) LoadNode(ctx context.Context, log io.Writer) (string, error) {
	dir, err := b.result("node", "image")
	if err != nil {
		return "", err
	}
	return b.load(ctx, log, b.catalogue.Node.Ref, dir, func() (string, error) {
		return filepath.Join(dir, nodeArchive), nil
	})
}

// load loads an archive into docker under a tag of its own unless docker has it.
func (b *Builder) load(ctx context.Context, log io.Writer, ref, identity string, archive func() (string, error)) (string, error) {
	own := "assay.dev/loaded/" + flat(filepath.Base(identity)) + ":latest"
	if host.Run(ctx, log, host.Command{Args: []string{"docker", "image", "inspect", "--format", "{{.Id}}", own}}) == nil {
		return own, nil
	}
	file, err := archive()
	if err != nil {
		return "", err
	}
	for _, args := range [][]string{{"docker", "load", "--input", file}, {"docker", "tag", ref, own}} {
		if err := host.Run(ctx, log, host.Command{Args: args}); err != nil {
			return "", fmt.Errorf("load %s into docker: %w", ref, err)
		}
	}
	return own, nil
}

// LoadRegistry gives docker the image of the nodes' registry and returns the
// reference that names exactly this build.
func (b *Builder) LoadRegistry(ctx context.Context, log io.Writer) (string, error) {
	image := b.catalogue.Registry
	key, err := b.imageKey(image)
	if err != nil {
		return "", err
	}
	return b.load(ctx, log, image.Ref, "registry-"+key, func() (string, error) {
		made, err := b.made(image)
		if err != nil {
			return "", err
		}
		tag, err := name.NewTag(image.Ref)
		if err != nil {
			return "", err
		}
		file := filepath.Join(b.store.TempDir(), "registry.tar")
		return file, tarball.WriteToFile(file, tag, made)
	})
}
