package rehearsal

import (
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"assay.dev/assay/hermetic/build"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/store"
)

// preloadUnit imports the images that the published image of the nodes brings,
// before anything asks for them.
const preloadUnit = `[Unit]
Description=Import the images of Kubernetes
After=containerd.service
Requires=containerd.service
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/bin/ctr --namespace=k8s.io images import --no-unpack /kind/images.tar

[Install]
WantedBy=multi-user.target
`

// PublishNode puts an image of the nodes into the store that holds what the
// published one holds: the images of Kubernetes itself.
func PublishNode(s *store.Store, builder *build.Builder, list *catalogue.Catalogue) error {
	images := map[string]v1.Image{}
	for _, image := range list.Images {
		if !image.InNode {
			continue
		}
		made, err := s.ByReference(image.Ref)
		if err != nil {
			return err
		}
		images[image.Ref] = made
	}
	archive := filepath.Join(s.TempDir(), "images.tar")
	if err := build.WriteImages(archive, s.TempDir(), images); err != nil {
		return err
	}
	unit := filepath.Join(s.TempDir(), "preload.service")
	if err := os.WriteFile(unit, []byte(preloadUnit), 0o600); err != nil {
		return fmt.Errorf("describe what the nodes import: %w", err)
	}
	node, err := builder.NodeWith(
		map[string]string{"/kind/images.tar": archive, "/etc/systemd/system/preload.service": unit},
		map[string]string{"/etc/systemd/system/multi-user.target.wants/preload.service": "../preload.service"},
	)
	if err != nil {
		return err
	}
	return s.PutImage(list.Node.Ref, "rehearsal", node)
}
