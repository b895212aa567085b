package platform

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"

	"assay.dev/assay/hermetic/store"
)

// loadImages puts the project's own images into the nodes that do not hold them
// as they are now. A pod that runs keeps its image until the application is
// released again.
func (r *upRun) loadImages(ctx context.Context, log io.Writer) error {
	want, err := r.builder.Loaded()
	if err != nil {
		return err
	}
	if err := r.checkDocker(ctx, log); err != nil { // before images go into nodes
		return err
	}
	kind, err := r.provider(log)
	if err != nil {
		return err
	}
	all, err := kind.ListInternalNodes(r.name)
	if err != nil {
		return fmt.Errorf("list the nodes: %w", err)
	}
	var without []nodes.Node
	for _, node := range all {
		has, err := nodeImages(ctx, node)
		if err != nil {
			return err
		}
		if missing := missingImages(want, has); len(missing) > 0 {
			fmt.Fprintf(log, "node %s does not have %s\n", node, strings.Join(missing, ", "))
			without = append(without, node)
		}
	}
	if len(without) == 0 {
		return nil
	}
	file := filepath.Join(r.store.TempDir(), "loaded.tar")
	defer func() { _ = os.Remove(file) }()
	if err := r.builder.WriteLoaded(file); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range without {
		group.Go(func() error { return loadNode(ctx, node, file) })
	}
	return group.Wait()
}

func loadNode(ctx context.Context, node nodes.Node, file string) error {
	archive, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("load images into node %s: %w", node, err)
	}
	defer func() { _ = archive.Close() }()
	if err := nodeutils.LoadImageArchive(node, cancelled{ctx, archive}); err != nil {
		return fmt.Errorf("load images into node %s: %w", node, err)
	}
	return nil
}

// cancelled is a reader that ends with its context: kind's calls know none.
type cancelled struct {
	ctx  context.Context
	from io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.from.Read(p)
}

// nodeImages returns the images that a node's containerd holds for Kubernetes:
// digest by reference.
func nodeImages(ctx context.Context, node nodes.Node) (map[string]string, error) {
	var out, complaints bytes.Buffer
	err := node.CommandContext(ctx, "ctr", "--namespace=k8s.io", "images", "ls").SetStdout(&out).SetStderr(&complaints).Run()
	if err != nil {
		return nil, fmt.Errorf("list the images of node %s: %w: %s", node, err, strings.TrimSpace(complaints.String()))
	}
	return parseImages(out.String()), nil
}

// parseImages reads ctr's table: reference, type, digest and more.
func parseImages(table string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) > 2 && strings.HasPrefix(fields[2], "sha256:") {
			found[fields[0]] = fields[2]
		}
	}
	return found
}

// missingImages lists the references of want that has not, or not with the same
// digest.
func missingImages(want, has map[string]string) []string {
	var missing []string
	for _, ref := range slices.Sorted(maps.Keys(want)) {
		if has[ref] != want[ref] {
			missing = append(missing, ref)
		}
	}
	return missing
}

// workloadImages is what the references of the application's images start with.
const workloadImages = "assay.dev/workloads/"

// imageRevision identifies the content of the application's images: its pods are
// recreated when it changes.
func (r *upRun) imageRevision() (string, error) {
	digests, err := r.builder.Loaded()
	if err != nil {
		return "", err
	}
	var parts []string
	for _, ref := range slices.Sorted(maps.Keys(digests)) {
		if strings.HasPrefix(ref, workloadImages) {
			parts = append(parts, ref, digests[ref])
		}
	}
	return store.Key(parts...)[:12], nil
}
