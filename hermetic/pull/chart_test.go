package pull

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
)

func chart(t *testing.T, files map[string]string) v1.Image {
	t.Helper()
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	out := tar.NewWriter(compressed)
	for file, content := range files {
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file, Size: int64(len(content)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	artifact, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer(archive.Bytes(), ChartLayer)})
	if err != nil {
		t.Fatal(err)
	}
	return artifact
}

func TestChartIsExtracted(t *testing.T) {
	mirror := mirrorOf(t, plain)
	push(t, mirror, chartRef, chart(t, map[string]string{"nginx-ingress/Chart.yaml": "name: x", "nginx-ingress/templates/a.yaml": "a"}))
	dir, err := puller(t, mirror).Chart(t.Context(), io.Discard, chartRef)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"Chart.yaml": "name: x", "templates/a.yaml": "a"} {
		if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(got) != want {
			t.Errorf("%s is %q (%v), want %q", file, got, err, want)
		}
	}
}

func TestChartCannotLeaveItsDirectory(t *testing.T) {
	mirror := mirrorOf(t, plain)
	push(t, mirror, chartRef, chart(t, map[string]string{"nginx-ingress/../../outside": "x"}))
	if _, err := puller(t, mirror).Chart(t.Context(), io.Discard, chartRef); err == nil {
		t.Error("a chart wrote outside of its directory")
	}
}
