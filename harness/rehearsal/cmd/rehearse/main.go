// Command rehearse takes the way of public images as an ordinary user does, on a
// machine that reaches no registry: see package rehearsal. It runs as root on
// Debian, in a checkout of the repository.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/rehearsal"
)

// home is where the ordinary user lives; its caches stay for the next rehearsal.
const home = "/var/tmp/assay-rehearsal"

type options struct {
	repo, images, slow, fail string
	airGap, full, keep       bool
	commands                 []string
}

func main() {
	var o options
	flag.StringVar(&o.repo, "repo", ".", "the checkout whose last commit is rehearsed")
	flag.StringVar(&o.images, "images", "public", "public or mirror")
	flag.StringVar(&o.slow, "slow", "", "bandwidth and latency of the line, as 20mbit or 20mbit,80ms")
	flag.StringVar(&o.fail, "fail", "", "a registry that fails, as quay.io=down, 429, slow or missing")
	flag.BoolVar(&o.airGap, "air-gap", false, "deny nodes and pods every connection to the outside")
	flag.BoolVar(&o.full, "full", false, "add the core faults and a sample of mutants")
	flag.BoolVar(&o.keep, "keep", false, "leave user, platform and docker engine as they are after a failure, to look at them")
	flag.Parse()
	o.commands = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		stop()
		os.Exit(1) //nolint:gocritic // nothing is deferred but stop
	}
}

// steps are what the user types.
func (o options) steps() []string {
	if len(o.commands) > 0 {
		return o.commands
	}
	steps := []string{
		"make test", "make up", "make test-provisioning", "make test-quotas", "make test-eventing",
		"make test-chaos FOCUS='broker-pod-kill|app-pod-kill'",
	}
	if o.full {
		steps = append(steps, "make test-chaos LABELS=core", "make mutate SAMPLE=10")
	}
	return append(steps, "make down")
}

func run(ctx context.Context, o options) (err error) {
	repo, err := filepath.Abs(o.repo)
	if err != nil {
		return err
	}
	conditions, err := rehearsal.ParseConditions(o.slow, o.fail)
	if err != nil {
		return err
	}
	log, err := logFile(repo)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	internet, stop, err := play(ctx, repo, conditions)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil || !o.keep {
			err = errors.Join(err, stop())
		}
	}()
	user, err := rehearsal.MakeUser(ctx, log, home)
	if err != nil {
		return err
	}
	ended := context.WithoutCancel(ctx)
	defer func() {
		if err == nil || !o.keep {
			err = errors.Join(err, user.Remove(ended, log))
		}
	}()
	clone, err := user.Clone(ctx, log, repo)
	if err != nil {
		return err
	}
	env := []string{"ASSAY_IMAGES=" + o.images}
	if o.images == string(platform.Mirror) {
		env = append(env, "ASSAY_MIRROR="+rehearsal.MirrorHost+"/"+rehearsal.MirrorPrefix)
	}
	var wall rehearsal.AirGap
	if o.airGap {
		defer func() { err = errors.Join(err, wall.Remove(ended, log)) }()
		if err := wall.Build(ctx, log); err != nil {
			return err
		}
	}
	for _, step := range o.steps() {
		began := time.Now()
		fmt.Printf("\n$ %s\n", step)
		command, err := user.Command(ctx, internet, clone, env, "bash", "-c", step)
		if err != nil {
			return err
		}
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
		command.WaitDelay = time.Minute
		if err := command.Run(); err != nil {
			return fmt.Errorf("%s: %w (the user's clone is %s)", step, err, clone)
		}
		fmt.Printf("(%s: %s)\n", step, time.Since(began).Round(time.Second))
		if o.airGap && strings.HasPrefix(step, "make up") {
			if err := wall.Prove(ctx, log, "assay-worker"); err != nil {
				return err
			}
		}
	}
	if !o.airGap {
		return nil
	}
	tried, err := wall.Tried(ctx, log)
	if err != nil {
		return err
	}
	fmt.Printf("connections that nodes and pods tried to make to the outside: %s\n", strings.Join(tried, " "))
	return nil
}

// play builds what the public registries have and serves it. The result ends the
// service and the docker engine that was started for it.
func play(ctx context.Context, repo string, conditions rehearsal.Conditions) (*rehearsal.Internet, func() error, error) {
	p, err := platform.New(repo, os.Stdout, false)
	if err != nil {
		return nil, nil, err
	}
	built, err := p.BuildImages(ctx)
	if err != nil {
		return nil, nil, err
	}
	charts, err := built.Builder.Charts()
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(
		rehearsal.Publish(built.Store, charts),
		rehearsal.PublishNode(built.Store, built.Builder, built.Catalogue),
	); err != nil {
		return nil, nil, err
	}
	refs := append(built.Catalogue.Pulled(), built.Catalogue.Node.Ref)
	for _, ref := range built.Catalogue.Published.Charts {
		refs = append(refs, ref)
	}
	internet, err := rehearsal.Start(ctx, built.Store.LayoutDir(), refs, conditions)
	if err != nil {
		return nil, nil, err
	}
	return internet, func() error {
		return errors.Join(internet.Stop(), p.Down(context.WithoutCancel(ctx)))
	}, nil
}

func logFile(repo string) (io.WriteCloser, error) {
	dir := filepath.Join(repo, "artifacts", "rehearsal")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return os.Create(filepath.Join(dir, "rehearsal.log"))
}
