package expect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/hold"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/lease"
	"assay.dev/assay/harness/platform"
)

// Hold holds the platform for a suite that nobody else holds it for, until the suite
// has ended. It is called from a node that runs before the suite. A suite that loses
// the Lease is interrupted.
func Hold(ctx context.Context, up *platform.Platform, cluster *kube.Cluster, command string) (*lease.Held, error) {
	// The Lease outlives the node whose context this is.
	held, err := hold.Platform(context.WithoutCancel(ctx), up, cluster, command, os.Stderr)
	if err != nil {
		return nil, err
	}
	ginkgo.DeferCleanup(func(ctx ginkgo.SpecContext) {
		gomega.Expect(held.Release(ctx)).To(gomega.Succeed())
	}, ginkgo.NodeTimeout(lease.Duration))
	go func() {
		<-held.Context().Done()
		if cause := context.Cause(held.Context()); errors.Is(cause, lease.ErrLost) {
			fmt.Fprintln(os.Stderr, "the suite is interrupted:", cause)
			_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
		}
	}()
	return held, nil
}

// Nodes acts on the nodes of the platform, nil where nobody can.
func (p *Platform) Nodes(ctx context.Context) fault.Nodes { return hold.Nodes(ctx, p.up, p.Cluster) }

var watched sync.Once

// endWithParent ends this suite as soon as the process ends that started it, and that
// holds the platform: once its Lease has expired, another one breaks and judges the
// platform. What the suite leaves stands in the journals.
func endWithParent() {
	watched.Do(func() {
		parent := os.Getppid()
		go func() {
			for range time.Tick(lease.Duration / 30) {
				if os.Getppid() != parent {
					fmt.Fprintln(os.Stderr, "the suite ends: the process that started it has ended")
					endGroup()
				}
			}
		}()
	})
}

// endGroup ends this process, and those that it has started if it leads their group.
func endGroup() {
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(1)
}
