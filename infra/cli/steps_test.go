package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"assay.dev/assay/harness/process/refusal"
)

// TestSafetyEachRunUsesItsOwnCluster makes two runs in two directories and takes the
// first one down: the last one that adopted a cluster must not be drained.
func TestSafetyEachRunUsesItsOwnCluster(t *testing.T) {
	f := newFakeCloud(t)
	for _, dir := range []string{"A", "B"} {
		if err := f.step(t, of(dir), up); err != nil {
			t.Fatal(err)
		}
	}
	for name, take := range map[string]func(*steps) error{
		"deploy": func(s *steps) error { return s.deploy(t.Context()) },
		"judge":  func(s *steps) error { return s.judge(t.Context()) },
	} {
		f.calls = nil
		if err := f.step(t, of("A"), take); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		here, err := os.Getwd()
		if want := fmt.Sprintf("by %q and %q", filepath.Join(here, "A", adoptedKubeconfig), "uid of A"); err != nil || !f.has(want) {
			t.Errorf("%s called %q, want %s", name, f.calls, want)
		}
	}
	if run, dir := os.Getenv(runEnv), os.Getenv(dirEnv); run != "of-A" || !filepath.IsAbs(dir) || filepath.Base(dir) != "A" {
		t.Errorf("the checks ask about the run %q of %q", run, dir)
	}
	if err := f.step(t, of("A"), func(s *steps) error { return s.down(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join("B", adoptedKubeconfig)); err != nil {
		t.Errorf("the other run's kubeconfig: %v", err)
	}
	if err := f.step(t, of("A"), func(s *steps) error { return s.deploy(t.Context()) }); err == nil {
		t.Error("a run that has no cluster is deployed to")
	}
}

// TestVerdictsPassThrough holds that judge and e2e end with the suites' own verdict, after
// everything was taken down.
func TestVerdictsPassThrough(t *testing.T) {
	for _, want := range []error{nil, errors.New("red"), refusal.New("no")} {
		f := newFakeCloud(t)
		f.fails["test"] = want
		if err := f.step(t, of("A"), up); err != nil {
			t.Fatal(err)
		}
		if err := f.step(t, of("A"), func(s *steps) error { return s.judge(t.Context()) }); !errors.Is(err, want) {
			t.Errorf("judge ended with %v, the suites with %v", err, want)
		}
		f.calls = nil
		err := f.step(t, of("A"), func(s *steps) error { return s.e2e(t.Context()) })
		names := []string{"make", "adopt", "follow", "assay deploy", "followed", "follow", "assay test provisioning quotas --labels !disruptive", "followed", "scan", "destroy"}
		_, left := os.Stat("A")
		if !errors.Is(err, want) || want == nil && err != nil || left == nil {
			t.Errorf("e2e ended with %v, the suites with %v; left is %v", err, want, left)
		}
		if want == nil && !slices.Equal(f.names(), names) {
			t.Errorf("e2e called %q, want %q", f.names(), names)
		}
	}
}

// TestSafetyWhatWasMadeGoes holds that e2e scans and deletes after each failure, and
// reports both.
func TestSafetyWhatWasMadeGoes(t *testing.T) {
	failed := errors.New("failed")
	for name, scanned := range map[string]bool{"make": false, "adopt": false, "deploy": true, "test": true, "follow": true, "scan": true, "destroy": true} {
		f := newFakeCloud(t)
		f.fails[name] = failed
		err := f.step(t, of("A"), func(s *steps) error { return s.e2e(t.Context()) })
		if !errors.Is(err, failed) || !f.has("destroy with") || f.has("scan with") != scanned {
			t.Errorf("after a failure of %s: %v, called %q", name, err, f.calls)
		}
	}
}

// TestSafetyWhatWasMadeGoesAfterCtrlC ends the context at each action, and takes everything
// down by another one.
func TestSafetyWhatWasMadeGoesAfterCtrlC(t *testing.T) {
	for _, at := range []string{"make", "adopt", "deploy", "test"} {
		f := newFakeCloud(t)
		ctx, interrupt := context.WithCancel(t.Context())
		f.wait = func(_ context.Context, name string) {
			if name == at {
				interrupt()
			}
		}
		err := f.step(t, of("A"), func(s *steps) error { return s.e2e(ctx) })
		if _, left := os.Stat("A"); err == nil || left == nil || !f.has("destroy with") {
			t.Errorf("interrupted at %s: %v, called %q", at, err, f.calls)
		}
	}
}

// TestASecondCtrlCLeavesTheRestToDown sends the signal while the first one's clean-up
// goes on.
func TestASecondCtrlCLeavesTheRestToDown(t *testing.T) {
	f := newFakeCloud(t)
	f.fails["deploy"] = errors.New("no")
	f.wait = func(ctx context.Context, name string) {
		if name != "destroy" {
			return
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
		select {
		case <-ctx.Done():
		case <-t.Context().Done():
		}
	}
	err := f.step(t, of("A"), func(s *steps) error { return s.e2e(t.Context()) })
	if _, left := os.Stat("A"); !errors.Is(err, context.Canceled) || left != nil {
		t.Errorf("%v; the run's directory: %v", err, left)
	}
}

func TestWhatTheClusterMakesIsRecordedMeanwhile(t *testing.T) {
	failed := errors.New("failed")
	for name, fails := range map[string]string{"both succeed": "", "the deploy fails": "deploy", "the recording fails": "follow"} {
		t.Run(name, func(t *testing.T) {
			f := newFakeCloud(t)
			if err := f.step(t, of("A"), up); err != nil {
				t.Fatal(err)
			}
			f.calls, f.fails[fails] = nil, failed
			err := f.step(t, of("A"), func(s *steps) error { return s.deploy(t.Context()) })
			want := []string{"follow", "assay deploy", "followed"}
			if fails == "follow" {
				want = want[:2]
			}
			if errors.Is(err, failed) != (fails != "") || !slices.Equal(f.names(), want) {
				t.Errorf("%v, called %q", err, f.calls)
			}
		})
	}
}

// TestUnknownTargetsAndSetsAreRefused before anything is made.
func TestUnknownTargetsAndSetsAreRefused(t *testing.T) {
	newFakeCloud(t)
	for _, args := range [][]string{
		{"e2e", "--set", "all"}, {"judge", "--set", ""}, {"up", "--target", "gke"}, {"down", "--target", ""}, {"e2e", "--target", sim, "--dir", "here"},
	} {
		var refused *refusal.Error
		if out, err := execute(t, args...); !errors.As(err, &refused) {
			t.Errorf("%q: %v, printed %s", args, err, out)
		}
	}
}

// TestTheAttributesAreAskedOfTheNamedRun finds a go in place of the real one.
func TestTheAttributesAreAskedOfTheNamedRun(t *testing.T) {
	f := newFakeCloud(t)
	if err := f.step(t, of("A"), up); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte("#!/bin/sh\necho \"$* of $ASSAY_OCI_RUN\" > asked; exit $ASKED\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	for code, red := range map[string]bool{"0": false, "1": true} {
		t.Setenv("ASKED", code)
		err := f.step(t, of("A"), func(s *steps) error { return s.attributes(t.Context()) })
		asked, read := os.ReadFile("asked")
		if (err != nil) != red || read != nil || !strings.Contains(string(asked), "./suites/provisioning/oci") ||
			!strings.Contains(string(asked), "-ginkgo.label-filter=oci && oke ") || !strings.HasSuffix(string(asked), " of of-A\n") {
			t.Errorf("the checks end with %s: %v; called %q (%v)", code, err, asked, read)
		}
	}
}

func TestSafetyWithoutANameUpMakesOne(t *testing.T) {
	newFakeCloud(t)
	one, two := of("A"), of("A")
	one.name()
	two.name()
	if one.run == "" || one.run == two.run {
		t.Errorf("two runs without a name are %q and %q", one.run, two.run)
	}
	named := options{dir: "A", run: "ci-1"}
	if named.name(); named.run != "ci-1" {
		t.Errorf("the run ci-1 became %q", named.run)
	}
	if err := write(filepath.Join("A", "identity.json"), "{}"); err != nil {
		t.Fatal(err)
	}
	again := of("A")
	if again.name(); again.run != "" {
		t.Errorf("a run that has a name became %q", again.run)
	}
}
