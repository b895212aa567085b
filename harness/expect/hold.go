package expect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/hermetic/host"
)

// Hold holds the platform for a suite that nobody else holds it for, until the suite
// has ended. It is called from a node that runs before the suite. A suite that loses
// the Lease is interrupted.
func Hold(ctx context.Context, up *platform.Platform, cluster *kube.Cluster, command string) (*lease.Lock, error) {
	// The Lease outlives the node whose context this is.
	lock, err := hold.Platform(context.WithoutCancel(ctx), up, cluster, command, os.Stderr)
	if err != nil {
		return nil, err
	}
	ginkgo.DeferCleanup(func(ctx ginkgo.SpecContext) {
		gomega.Expect(lock.Release(ctx)).To(gomega.Succeed())
	}, ginkgo.NodeTimeout(lease.Duration))
	go func() {
		<-lock.Context().Done()
		if cause := context.Cause(lock.Context()); errors.Is(cause, lease.ErrLost) {
			fmt.Fprintln(os.Stderr, "the suite is interrupted:", cause)
			_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
		}
	}()
	return lock, nil
}

// Nodes acts on the nodes of the platform, nil where nobody can.
func (p *Platform) Nodes(ctx context.Context) fault.Nodes { return hold.Nodes(ctx, p.up, p.Cluster) }

var watched sync.Once

// endWithHolder ends this suite as soon as the process ends that holds the platform for
// it, if one does: once its Lease has expired, another one breaks and judges the
// platform. What the suite leaves stands in the journals.
func endWithHolder() error {
	text := os.Getenv(run.HolderEnv)
	if text == "" {
		return nil
	}
	holder, err := strconv.Atoi(text)
	if err != nil || holder < 1 {
		return fmt.Errorf("%s is %q and no process", run.HolderEnv, text)
	}
	watched.Do(func() {
		started, _ := host.ProcessStart(holder) // 0 where it cannot be known
		alive := func() bool {
			now, _ := host.ProcessStart(holder)
			return syscall.Kill(holder, 0) == nil && now == started
		}
		go func() {
			for ; alive(); <-time.After(lease.Duration / 30) {
			}
			fmt.Fprintf(os.Stderr, "the suite ends: the process %d that locked the platform has ended\n", holder)
			endGroup()
		}()
	})
	return nil
}

// endGroup ends this process, and those beside it if it or its parent, which is
// Ginkgo's command, leads their group.
func endGroup() {
	if group := syscall.Getpgrp(); group == os.Getpid() || group == os.Getppid() {
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}
	os.Exit(1)
}
