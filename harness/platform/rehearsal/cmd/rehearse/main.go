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
	"assay.dev/assay/harness/platform/rehearsal"
	"assay.dev/assay/spec/source"
)

// home is where the ordinary user lives; its caches stay for the next rehearsal.
const home = "/var/tmp/assay-rehearsal"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		stop()
		os.Exit(1) //nolint:gocritic // nothing is deferred but stop
	}
}

func run(ctx context.Context, o options) (err error) {
	repo, err := filepath.Abs(o.repo)
	if err != nil {
		return err
	}
	log, err := logFile(repo)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	internet, stop, err := play(ctx, repo, o.conditions)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil || !o.leaveUser {
			err = errors.Join(err, stop())
		}
	}()
	user, err := rehearsal.MakeUser(ctx, log, home)
	if err != nil {
		return err
	}
	ended := context.WithoutCancel(ctx)
	defer func() {
		if err == nil || !o.leaveUser {
			err = errors.Join(err, user.Remove(ended, log))
		}
	}()
	clone, err := user.Clone(ctx, log, repo)
	if err != nil {
		return err
	}
	var wall rehearsal.AirGap
	if o.airGap {
		defer func() { err = errors.Join(err, wall.Remove(ended, log)) }()
		if err := wall.Build(ctx, log); err != nil {
			return err
		}
	}
	for _, step := range o.steps() {
		if err := o.do(ctx, user, internet, clone, step); err != nil {
			return err
		}
		if o.airGap && strings.HasPrefix(step, "make up") {
			if err := wall.Prove(ctx, log, "assay-worker"); err != nil {
				return err
			}
		}
	}
	if !o.airGap {
		return nil
	}
	return judgeWall(ctx, log, wall)
}

// do runs what the user types in the clone.
func (o options) do(ctx context.Context, user *rehearsal.User, internet *rehearsal.Internet, clone, step string) error {
	start := time.Now()
	fmt.Printf("\n$ %s\n", step)
	command, err := user.Command(ctx, internet, clone, o.environment(), "bash", "-c", step)
	if err != nil {
		return err
	}
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = time.Minute
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w (the user's clone is %s)", step, err, clone)
	}
	fmt.Printf("(%s: %s)\n", step, time.Since(start).Round(time.Second))
	return nil
}

// judgeWall lists the connections that were tried, and returns an error that names
// those which no document names.
func judgeWall(ctx context.Context, log io.Writer, wall rehearsal.AirGap) error {
	tried, err := wall.Tried(ctx, log)
	if err != nil {
		return err
	}
	fmt.Printf("connections that nodes and pods tried to make to the outside: %s\n", strings.Join(tried, " "))
	others, err := rehearsal.Undocumented(tried)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return fmt.Errorf("nodes or pods tried to reach hosts that no document names: %s", strings.Join(others, " "))
	}
	return nil
}

// play builds what the public registries have and serves it. The result ends the
// service and the docker engine that was started for it.
func play(ctx context.Context, repo string, conditions rehearsal.Conditions) (*rehearsal.Internet, func() error, error) {
	specified, err := source.Open("")
	if err != nil {
		return nil, nil, err
	}
	p, err := platform.New(repo, specified, os.Stdout, false)
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
