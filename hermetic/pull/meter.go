package pull

import (
	"fmt"
	"io"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Meter is told how many bytes of how many have arrived. Calls may be concurrent, and
// overtake each other. The log of a step of harness/process/steps is one.
type Meter interface {
	Transferred(done, total int64)
}

// meter returns the image with layers that report their bytes to log, if it is a
// Meter, which is told of the whole at once. Layers that the store has already are not
// read: finish reports that all has arrived.
func meter(image v1.Image, log io.Writer) (metered v1.Image, finish func(), err error) {
	to, ok := log.(Meter)
	if !ok {
		return image, func() {}, nil
	}
	manifest, err := image.Manifest()
	if err != nil {
		return nil, nil, fmt.Errorf("read the manifest: %w", err)
	}
	counted := &meteredImage{Image: image, to: to}
	for _, layer := range manifest.Layers {
		counted.total += layer.Size
	}
	to.Transferred(0, counted.total)
	return counted, func() { to.Transferred(counted.total, counted.total) }, nil
}

type meteredImage struct {
	v1.Image
	to    Meter
	total int64
	done  atomic.Int64
}

// Layers implements v1.Image.
func (m *meteredImage) Layers() ([]v1.Layer, error) {
	layers, err := m.Image.Layers()
	if err != nil {
		return nil, err
	}
	for i, layer := range layers {
		layers[i] = meteredLayer{Layer: layer, image: m}
	}
	return layers, nil
}

type meteredLayer struct {
	v1.Layer
	image *meteredImage
}

// Compressed implements v1.Layer.
func (l meteredLayer) Compressed() (io.ReadCloser, error) {
	content, err := l.Layer.Compressed()
	if err != nil {
		return nil, err
	}
	return meteredBody{ReadCloser: content, image: l.image}, nil
}

type meteredBody struct {
	io.ReadCloser
	image *meteredImage
}

// Read implements io.Reader.
func (b meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.image.to.Transferred(b.image.done.Add(int64(n)), b.image.total)
	}
	return n, err
}
