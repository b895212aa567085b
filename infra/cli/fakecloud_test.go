package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakeCloud writes down which actions and commands the steps call, in their order, and
// with which environment. It makes the files that the real ones make.
type fakeCloud struct {
	mu    sync.Mutex
	calls []string
	// fails are the errors of actions and commands by their first word.
	fails map[string]error
	// wait is called by an action or a command with its name.
	wait func(ctx context.Context, name string)
	// platform is the caller's own, which each step finds.
	platform string
	// following has one entry for each recording that has started.
	following chan struct{}
}

func (f *fakeCloud) called(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

// act is an action of the fake cloud.
func (f *fakeCloud) act(name string, do func() error) func(context.Context) error {
	return func(ctx context.Context) error {
		f.called("%s with %s", name, os.Getenv(EndpointEnv))
		if f.wait != nil {
			f.wait(ctx, name)
		}
		if err := errors.Join(f.fails[name], ctx.Err()); err != nil || do == nil {
			return err
		}
		return do()
	}
}

// assay is another command of the program; up makes what stands behind the emulator.
func (f *fakeCloud) assay(ctx context.Context, args ...string) error {
	if args[0] == "deploy" || args[0] == "test" { // it lasts longer than a start of recording
		<-f.following
	}
	f.called("assay %s by %q and %q, platform %s with nodes %s, registry %q", strings.Join(args, " "), os.Getenv(KubeconfigEnv),
		os.Getenv(UIDEnv), os.Getenv(platformEnv), os.Getenv(nodesEnv), os.Getenv("ASSAY_IMAGE_REGISTRY"))
	if f.wait != nil {
		f.wait(ctx, args[0])
	}
	if err := errors.Join(f.fails[args[0]], ctx.Err()); err != nil || args[0] != "up" {
		return err
	}
	behind := filepath.Join("artifacts", "platform-"+os.Getenv(platformEnv))
	return errors.Join(
		write(filepath.Join(behind, "kubeconfig"), "config"), write(filepath.Join(behind, "cluster-uid"), "u-1\n"),
		write(filepath.Join(behind, "registry.env"), "export ASSAY_IMAGE_REGISTRY='localhost:1/assay'\n"))
}

func (f *fakeCloud) follow(ctx context.Context) error {
	f.called("follow")
	f.following <- struct{}{}
	if err := f.fails["follow"]; err != nil {
		return err
	}
	<-ctx.Done()
	f.called("followed")
	return nil
}

func write(file, content string) error {
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(content), 0o600))
}

// step takes one step as a process of its own does, in the directory of the test.
func (f *fakeCloud) step(t *testing.T, o options, take func(*steps) error) error {
	t.Helper()
	t.Setenv(platformEnv, f.platform)
	o.assay = f.assay
	f.following = make(chan struct{}, 1)
	o.timeout = defaultTimeout
	s := &steps{options: &o, set: safe, adopting: true}
	s.do = actions{
		make: f.act("make", func() error {
			return write(filepath.Join(o.dir, "identity.json"), `{"id": "x", "run_id": "of-`+filepath.Base(o.dir)+`"}`)
		}),
		adopt: f.act("adopt", func() error {
			return errors.Join(write(filepath.Join(o.dir, adoptedKubeconfig), "config"), write(filepath.Join(o.dir, pinFile), "uid of "+o.dir))
		}),
		destroy: f.act("destroy", func() error { return os.RemoveAll(o.dir) }),
		giveUp:  f.act("give up", nil), scan: f.act("scan", nil), follow: f.follow,
	}
	if err := o.choose(); err != nil {
		return err
	}
	return take(s)
}

// newFakeCloud changes into a directory of the test, where nobody has set anything.
func newFakeCloud(t *testing.T) *fakeCloud {
	t.Helper()
	withoutCredentials(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{
		KubeconfigEnv, UIDEnv, EndpointEnv, runEnv, dirEnv, nodesEnv, platformEnv, "ASSAY_IMAGE_REGISTRY", "CLIENT_HOST_OVERRIDES", compartmentEnv,
		"TF_VAR_region", "TF_VAR_tenancy_ocid", "TF_VAR_user_ocid", "TF_VAR_fingerprint", keyEnv,
	} {
		t.Setenv(name, "")
	}
	return &fakeCloud{fails: map[string]error{}}
}

func up(s *steps) error                   { return s.up(context.Background()) }
func of(dir string) options               { return options{target: oke, dir: dir} }
func (f *fakeCloud) has(word string) bool { return strings.Contains(strings.Join(f.calls, "\n"), word) }
func (f *fakeCloud) names() (names []string) {
	for _, call := range f.calls {
		name, _, _ := strings.Cut(call, " with ")
		name, _, _ = strings.Cut(name, " by ")
		names = append(names, name)
	}
	return names
}
