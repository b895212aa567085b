// Command bench-suites runs the suites provisioning and quotas on the platform
// that is up, and measures what they lose to waiting.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/hold"
	"assay.dev/assay/harness/runner/bench"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

func main() { os.Exit(execute()) }

func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

// measure runs in the directory of a checkout.
func measure(ctx context.Context) (err error) {
	repo, err := os.Getwd()
	if err != nil {
		return err
	}
	specified, err := source.Open("")
	if err != nil {
		return err
	}
	p, err := platform.New(repo, specified, os.Stdout, false)
	if err != nil {
		return err
	}
	cluster, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	suites := []spec.Suite{spec.Provisioning, spec.Quotas}
	s := session.Session{Repo: repo, Spec: specified, Log: filepath.Join(repo, "artifacts", "platform", "logs", "compile suites.log")}
	if err := s.Compile(ctx, suites); err != nil {
		return err
	}
	lock, err := hold.Platform(ctx, p, cluster, "bench-suites", os.Stdout)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release(ctx)) }()
	ctx = lock.Context()
	r, err := p.StartRun(ctx, cluster, "bench-suites")
	if err != nil {
		return err
	}
	for _, suite := range suites {
		result, err := s.Run(ctx, r, suite, session.Filter{}, os.Stdout)
		if err != nil {
			return err
		}
		if !result.Passed {
			return fmt.Errorf("suite %s is red: its times are not usable", suite)
		}
	}
	return bench.Measure(ctx, specified, repo, cluster, r, os.Stdout)
}
