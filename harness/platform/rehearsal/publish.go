package rehearsal

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/hermetic/store"
)

// standIn is a stand-in under the names of what it stands for.
type standIn struct {
	// image is the public reference, from the stand-in's own.
	image, from string
	// chart is the public reference of the chart, made from the stand-in's chart,
	// whose values name the public image by themselves.
	chart, fromChart string
}

// standIns are what no package registry has.
var standIns = []standIn{
	{
		image: "quay.io/strimzi/operator:0.40.0", from: "assay.dev/strimzi-standin:0.40.0",
		chart: "quay.io/strimzi-helm/strimzi-kafka-operator:0.40.0", fromChart: "strimzi-standin",
	},
	{
		image: "docker.io/nginx/nginx-ingress:5.4.3", from: "assay.dev/nginx-standin:1.22",
		chart: "ghcr.io/nginx/charts/nginx-ingress:2.5.3", fromChart: "nginx-standin",
	},
}

// Publish puts the stand-ins' images and charts under public references into the
// store. charts holds the charts as hermetic mode has them, definitions included.
func Publish(s *store.Store, charts string) error {
	for _, publish := range standIns {
		image, err := s.ByReference(publish.from)
		if err != nil {
			return err
		}
		if err := s.PutImage(publish.image, "rehearsal", image); err != nil {
			return err
		}
		artifact, err := publish.artifact(charts)
		if err != nil {
			return fmt.Errorf("make the chart %s: %w", publish.chart, err)
		}
		if err := s.PutImage(publish.chart, "rehearsal", artifact); err != nil {
			return err
		}
	}
	return nil
}

var chartReference = regexp.MustCompile(`([^/]+):([^:]+)$`)

// artifact makes the chart of the public name from the stand-in's.
func (p standIn) artifact(charts string) (v1.Image, error) {
	parts := chartReference.FindStringSubmatch(p.chart)
	name, version := parts[1], parts[2]
	root := filepath.Join(charts, p.fromChart)
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	out := tar.NewWriter(compressed)
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if relative == "Chart.yaml" {
			if content, err = renamed(content, name, version); err != nil {
				return err
			}
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name + "/" + filepath.ToSlash(relative), Size: int64(len(content)), Mode: 0o644}
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		_, err = io.Copy(out, bytes.NewReader(content))
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer(archive.Bytes(), pull.ChartLayer)})
}

// renamed is Chart.yaml with the public name and version.
func renamed(about []byte, name, version string) ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(about, &document); err != nil {
		return nil, fmt.Errorf("read Chart.yaml: %w", err)
	}
	document["name"], document["version"] = name, version
	return yaml.Marshal(document)
}
