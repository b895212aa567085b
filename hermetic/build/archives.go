package build

import (
	"context"
	"io"
	"path/filepath"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

// makeArchives fetches a set of Java archives with Maven, which checks each
// against its published checksum (--strict-checksums).
func (b *Builder) makeArchives(ctx context.Context, log io.Writer, name string) error {
	pom := filepath.Join(b.catalogue.Maven[name], "pom.xml")
	inputs, err := store.KeyOfFiles(b.repo, pom)
	if err != nil {
		return err
	}
	return b.object(ctx, "archives", name, store.Key("archives", inputs), func(ctx context.Context, dir string) error {
		return host.Run(ctx, log, host.Command{Args: []string{
			"mvn", "--batch-mode", "--strict-checksums", "--file", filepath.Join(b.repo, pom),
			"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + dir,
		}})
	})
}
