package target

import (
	"context"
	"fmt"
	"time"

	"assay.dev/assay/harness/process/private"
)

// Copy writes a private copy of the kubeconfig at path, once its cluster has shown
// to be the one with this UID, see Load. What was verified is what is written: the
// file at path may be exchanged afterwards, or while the cluster is asked. The copy
// is for programs that want a file; Load verifies it again before each stage.
//
// The file to is replaced in one step and has mode 0600, in a folder that is made
// with mode 0700.
func Copy(ctx context.Context, path, uid, to string, timeout time.Duration) error {
	content, err := readPrivate(path)
	if err != nil {
		return err
	}
	config, err := parse(content)
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	if err := Verify(ctx, config, uid, timeout); err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	if err := private.Write(to, content); err != nil {
		return fmt.Errorf("copy the kubeconfig: %w", err)
	}
	return nil
}
