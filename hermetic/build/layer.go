package build

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// entry is a file or a symbolic link in a layer.
type entry struct {
	path string // absolute
	file string // where its content is read from
	link string // a link's target; then file is not read
	mode int64
}

// fileLayer makes a layer of the entries. Times and owners are fixed, so that
// the same files give the same digest.
func fileLayer(entries []entry) (v1.Layer, error) {
	return plainLayer(func() (io.ReadCloser, error) {
		reader, writer := io.Pipe()
		go func() { writer.CloseWithError(writeTar(writer, entries)) }()
		return reader, nil
	})
}

// plainLayer makes an uncompressed layer: it travels over this machine's own
// network only, where compressing would cost more than it saves.
func plainLayer(open tarball.Opener) (v1.Layer, error) {
	content, err := open()
	if err != nil {
		return nil, fmt.Errorf("make a layer: %w", err)
	}
	defer func() { _ = content.Close() }()
	digest, size, err := v1.SHA256(content)
	if err != nil {
		return nil, fmt.Errorf("make a layer: %w", err)
	}
	return &layer{open: open, digest: digest, size: size}, nil
}

// layer is a plain tar file as an OCI layer. The library's own layers are always
// compressed.
type layer struct {
	open   tarball.Opener
	digest v1.Hash
	size   int64
}

// Digest implements v1.Layer.
func (l *layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID implements v1.Layer: it is the digest, as nothing is compressed.
func (l *layer) DiffID() (v1.Hash, error) { return l.digest, nil }

// Compressed implements v1.Layer.
func (l *layer) Compressed() (io.ReadCloser, error) { return l.open() }

// Uncompressed implements v1.Layer.
func (l *layer) Uncompressed() (io.ReadCloser, error) { return l.open() }

// Size implements v1.Layer, in bytes.
func (l *layer) Size() (int64, error) { return l.size, nil }

// MediaType implements v1.Layer.
func (l *layer) MediaType() (types.MediaType, error) { return types.OCIUncompressedLayer, nil }

func writeTar(to io.Writer, entries []entry) error {
	out := tar.NewWriter(to)
	made := map[string]bool{}
	for _, e := range entries {
		if err := writeParents(out, e.path, made); err != nil {
			return err
		}
		if err := writeEntry(out, e); err != nil {
			return fmt.Errorf("put %s into a layer: %w", e.path, err)
		}
	}
	return out.Close()
}

// writeParents adds the directories above a path that only this layer may bring.
// Those of a root file system are left alone: /bin and others are links there.
func writeParents(out *tar.Writer, file string, made map[string]bool) error {
	dir := strings.TrimPrefix(path.Dir(file), "/")
	if dir == "" || made[dir] || strings.HasPrefix(dir, "usr") || dir == "etc" {
		return nil
	}
	if err := writeParents(out, "/"+dir, made); err != nil {
		return err
	}
	made[dir] = true
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755})
}

func writeEntry(out *tar.Writer, e entry) error {
	name := strings.TrimPrefix(e.path, "/")
	if e.link != "" {
		return out.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: e.link, Mode: 0o777})
	}
	file, err := os.Open(e.file)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: e.mode}); err != nil {
		return err
	}
	_, err = io.Copy(out, file)
	return err
}
