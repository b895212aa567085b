package platform

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ctrTable = `REF                      TYPE                                       DIGEST         SIZE     PLATFORMS   LABELS
assay.dev/a:dev          application/vnd.oci.image.manifest.v1+json sha256:aaaa    1.0 MiB  linux/amd64 io.cri-containerd.image=managed
assay.dev/b:dev          application/vnd.oci.image.manifest.v1+json sha256:bbbb    1.0 MiB  linux/amd64 -
sha256:cccc              application/vnd.oci.image.manifest.v1+json sha256:aaaa    1.0 MiB  linux/amd64 -
`

func TestNodesAreMissingWhatHasAnotherDigest(t *testing.T) {
	has := parseImages(ctrTable)
	want := map[string]string{"assay.dev/a:dev": "sha256:aaaa", "assay.dev/b:dev": "sha256:new", "assay.dev/c:dev": "sha256:cccc"}
	if diff := cmp.Diff([]string{"assay.dev/b:dev", "assay.dev/c:dev"}, missingImages(want, has)); diff != "" {
		t.Errorf("missing: (-want +got)\n%s", diff)
	}
	if missing := missingImages(map[string]string{"assay.dev/a:dev": "sha256:aaaa"}, has); len(missing) != 0 {
		t.Errorf("%q counts as missing", missing)
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reader := cancelled{ctx, strings.NewReader("archive")}
	if _, err := reader.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := reader.Read(make([]byte, 3)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
