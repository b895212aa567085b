package pull

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"assay.dev/assay/hermetic/store"
)

// ChartLayer is the media type of a chart's content (Helm, "Use OCI-based
// registries"): an archive with one directory, the chart.
const ChartLayer types.MediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

// Chart returns the directory of a chart that is published as an OCI artifact
// under a public reference. It is copied like an image: again when the tag has
// moved, and from the cache where no registry answers.
func (p *Puller) Chart(ctx context.Context, log io.Writer, ref string) (string, error) {
	artifact, err := p.stored(ctx, log, ref, "chart from ", func(ctx context.Context, _ io.Writer, source name.Reference) (v1.Image, func(), error) {
		artifact, err := remote.Image(source, p.options(ctx)...)
		if err == nil {
			_, err = chartLayer(artifact)
		}
		return artifact, func() {}, err
	})
	if err != nil {
		return "", err
	}
	layer, err := chartLayer(artifact)
	if err != nil {
		return "", fmt.Errorf("read the chart %s: %w", ref, err)
	}
	digest, err := layer.Digest()
	if err != nil {
		return "", fmt.Errorf("read the chart %s: %w", ref, err)
	}
	chart := strings.ReplaceAll(ref[strings.LastIndex(ref, "/")+1:], ":", "-")
	dir, _, err := p.store.Object(ctx, "chart-"+chart, store.Key("chart", digest.String()), func(_ context.Context, dir string) error {
		archive, err := layer.Compressed()
		if err != nil {
			return fmt.Errorf("read the chart %s: %w", ref, err)
		}
		defer func() { _ = archive.Close() }()
		return extract(archive, dir)
	})
	return dir, err
}

func chartLayer(artifact v1.Image) (v1.Layer, error) {
	layers, err := artifact.Layers()
	if err != nil {
		return nil, err
	}
	for _, layer := range layers {
		if kind, err := layer.MediaType(); err == nil && kind == ChartLayer {
			return layer, nil
		}
	}
	return nil, fmt.Errorf("it is no Helm chart: it has no layer of the type %s", ChartLayer)
}

// extract writes the files of a chart's archive into dir, without the directory
// that holds them all. A path that leads out of dir is an error.
func extract(archive io.Reader, dir string) error {
	content, err := gzip.NewReader(archive)
	if err != nil {
		return fmt.Errorf("read the chart's archive: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("extract the chart: %w", err)
	}
	defer func() { _ = root.Close() }()
	reader := tar.NewReader(content)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the chart's archive: %w", err)
		}
		_, file, inside := strings.Cut(header.Name, "/")
		if header.Typeflag != tar.TypeReg || !inside {
			continue
		}
		if err := writeFile(root, file, reader); err != nil {
			return fmt.Errorf("extract %s of the chart: %w", header.Name, err)
		}
	}
}

func writeFile(root *os.Root, file string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := root.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Close())
}
