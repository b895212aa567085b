package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/platform/lease"
)

// exclusively works on a platform while this process holds its Lease. The context of
// work ends when somebody else takes that.
func exclusively(ctx context.Context, p *platform.Platform, cluster *kube.Cluster, work func(context.Context, *lease.Lock) error) error {
	lock, err := hold.Platform(ctx, p, cluster, strings.Join(os.Args, " "), os.Stdout)
	if err != nil {
		return err
	}
	err = work(lock.Context(), lock)
	return released(ctx, lock, err)
}

// released gives a Lease back and adds to the error of the work why its Lease was lost.
func released(ctx context.Context, lock *lease.Lock, err error) error {
	if lost := context.Cause(lock.Context()); errors.Is(lost, lease.ErrLost) {
		err = errors.Join(err, lost)
	}
	if failed := lock.Release(ctx); failed != nil {
		err = errors.Join(err, failed)
	}
	return err
}
