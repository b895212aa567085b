package release

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Where things are in the image. It has no other files: the programs need none.
const (
	imageHome = "opt/assay"
	imageWork = "work"
	// imageUser is nobody's, so that a pod may demand that it is not root.
	imageUser = "65532:65532"
)

// ImageName is the name of the image in its archive, before the colon.
const ImageName = "assay.dev/assay"

// image writes the image of the trees of some systems as an archive of an OCI layout
// (https://github.com/opencontainers/image-spec), with one manifest for each system.
func (r Release) image(path string, trees map[Target]string) error {
	dir, err := os.MkdirTemp(r.Out, ".image-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, target := range slices.SortedFunc(maps.Keys(trees), func(a, b Target) int { return strings.Compare(a.String(), b.String()) }) {
		one, err := r.imageFor(target, trees[target])
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: one, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: target.OS, Architecture: target.Arch},
		}})
	}
	written, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	name := map[string]string{
		"org.opencontainers.image.ref.name": r.Version,
		"io.containerd.image.name":          ImageName + ":" + r.Version,
	}
	if err := written.AppendIndex(index, layout.WithAnnotations(name)); err != nil {
		return err
	}
	return writeFile(path, func(to io.Writer) error { return writeTar(to, dir, "", r.Time) })
}

// imageFor is the image of one system.
func (r Release) imageFor(target Target, tree string) (v1.Image, error) {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		reader, writer := io.Pipe()
		go func() { writer.CloseWithError(writeRoot(writer, tree, r.Time)) }()
		return reader, nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, fmt.Errorf("make the layer: %w", err)
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	with, err := mutate.Append(base, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: r.Time}, CreatedBy: "make dist"}})
	if err != nil {
		return nil, err
	}
	file, err := with.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = target.OS, target.Arch, v1.Time{Time: r.Time}
	file.Config = v1.Config{
		User: imageUser, WorkingDir: "/" + imageWork, Entrypoint: []string{"/" + imageHome + "/assay"},
		Env: []string{"PATH=/" + imageHome, "HOME=/" + imageWork, "XDG_CACHE_HOME=/tmp"},
		Labels: map[string]string{
			"org.opencontainers.image.title": "assay", "org.opencontainers.image.version": r.Version,
			"org.opencontainers.image.revision": r.Commit, "org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(with, file)
}

// writeRoot writes the root file system: the tree, and two directories that everybody may
// write to.
func writeRoot(to io.Writer, tree string, at time.Time) error {
	var dirs bytes.Buffer
	out := tar.NewWriter(&dirs)
	for _, dir := range []struct {
		name string
		mode int64
	}{{"opt/", 0o755}, {imageHome + "/", 0o755}, {"tmp/", 0o1777}, {imageWork + "/", 0o1777}} {
		header := &tar.Header{Typeflag: tar.TypeDir, Name: dir.name, Mode: dir.mode, ModTime: at.UTC().Truncate(time.Second), Format: tar.FormatPAX}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil { // no end: more follows
		return err
	}
	if _, err := dirs.WriteTo(to); err != nil {
		return err
	}
	return writeTar(to, tree, imageHome+"/", at)
}
