//go:build adopted

// Package adopted takes the archive of a release to an empty directory, as a user without
// root, without Go and without a checkout, and judges a platform there that somebody else
// made (make test-adopted).
package adopted

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// nobody is the user that the archive is tried by where the test runs as root.
const nobody = 65534

// The exit codes of the command.
const (
	green        = 0
	inconclusive = 3
	refused      = 4
)

// platformUp is the platform of this checkout that is up, as somebody else's.
type platformUp struct {
	cluster              *kube.Cluster
	spec                 *spec.Spec
	kubeconfig, uid, own string
	ingress              run.Endpoint
}

func up(t *testing.T) *platformUp {
	t.Helper()
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Open("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := platform.New(repo, s, os.Stderr, false)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := p.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ingress, err := p.IngressEndpoint(t.Context(), cluster)
	if err != nil {
		t.Fatal(err)
	}
	system, err := cluster.Clients.CoreV1().Namespaces().Get(t.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return &platformUp{cluster, s, p.Kubeconfig(), string(system.UID), os.Getenv(source.Env), ingress}
}

// unpacked is an archive in a directory of a user.
type unpacked struct {
	dir, kubeconfig, context string
	env                      []string
}

// unpack unpacks the archive that ASSAY_DIST names, and gives it, with copies of the
// kubeconfig and the specification, to a user without rights.
func unpack(t *testing.T, p *platformUp) unpacked {
	t.Helper()
	archive := os.Getenv("ASSAY_DIST")
	if archive == "" {
		t.Fatal("ASSAY_DIST does not name the archive: make test-adopted makes one")
	}
	dir, err := os.MkdirTemp("/tmp", "assay-adopted-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if out, err := exec.CommandContext(t.Context(), "tar", "-xzf", archive, "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	u := unpacked{dir: dir, kubeconfig: filepath.Join(dir, "kubeconfig")}
	content, err := os.ReadFile(p.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(u.kubeconfig, content, 0o600); err != nil {
		t.Fatal(err)
	}
	u.context = contextOf(t, p.kubeconfig)
	specified := filepath.Join(dir, "spec", "todo")
	if p.own != "" {
		specified = filepath.Join(dir, "own")
		if err := os.CopyFS(specified, os.DirFS(p.own)); err != nil {
			t.Fatal(err)
		}
	}
	u.env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin", source.Env + "=" + specified}
	if os.Geteuid() == 0 {
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, nobody, nobody))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// contextOf is the context of a kubeconfig that has one.
func contextOf(t *testing.T, file string) string {
	t.Helper()
	if _, err := target.Read(file); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "kubectl", "--kubeconfig", file, "config", "current-context").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// assay runs the command of the archive as its user would, and returns what it printed and
// its exit code.
func (u unpacked) assay(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(u.dir, "assay"), args...)
	command.Dir, command.Env = u.dir, u.env
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	content, err := command.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatalf("assay %v: %v\n%s", args, err, content)
	}
	t.Logf("assay %s: exit code %d\n%s", strings.Join(args, " "), command.ProcessState.ExitCode(), content)
	return string(content), command.ProcessState.ExitCode()
}

// TestAStrangersPlatformIsJudgedReadOnly goes the way of somebody who has downloaded an
// archive: adopt, preflight, test, report, unadopt. The platform is as before at its end,
// and no check has written to it.
func TestAStrangersPlatformIsJudgedReadOnly(t *testing.T) {
	p := up(t)
	u := unpack(t, p)
	before := snapshot(t, p)
	t.Cleanup(func() { // also of a test that has failed
		if _, err := os.Stat(filepath.Join(u.dir, "artifacts", "platform", "adoption.json")); err == nil {
			u.assay(t, "unadopt")
		}
	})
	adopt := []string{"adopt", "--kubeconfig", u.kubeconfig, "--context", u.context, "--ingress", p.ingress.HTTP + "," + p.ingress.HTTPS}

	for name, one := range map[string]struct {
		args []string
		want string
	}{
		"no context":      {[]string{"adopt", "--kubeconfig", u.kubeconfig}, "--context is one of"},
		"no UID":          {adopt, "--uid " + p.uid},
		"another cluster": {append(adopt, "--uid", "00000000-0000-0000-0000-000000000000"), "nothing was changed"},
		"no checkout":     {[]string{"up"}, "from a checkout"},
	} {
		if out, code := u.assay(t, one.args...); code != refused || !strings.Contains(out, one.want) {
			t.Errorf("%s: exit code %d, want %d and %q", name, code, refused, one.want)
		}
	}
	equal(t, "after what was refused", before, snapshot(t, p))

	started := time.Now()
	if _, code := u.assay(t, append(adopt, "--uid", p.uid)...); code != green {
		t.Fatal("adopt failed")
	}
	adopted := snapshot(t, p)
	if _, code := u.assay(t, append(adopt, "--uid", p.uid)...); code != refused {
		t.Error("a second adoption was not refused")
	}
	if out, code := u.assay(t, "test", "--profile", "chaos"); code != refused || !strings.Contains(out, "does not include") {
		t.Error("a run above the profile was not refused")
	}
	if _, code := u.assay(t, "preflight"); code != green {
		t.Error("preflight failed")
	}
	if _, code := u.assay(t, "test"); code != green && code != inconclusive {
		t.Errorf("test: exit code %d", code)
	}
	if _, code := u.assay(t, "report", "--json"); code != green && code != inconclusive {
		t.Errorf("report: exit code %d", code)
	}
	t.Logf("from adopt to report: %s", time.Since(started).Round(time.Second))
	judged(t, u)
	equal(t, "after a read-only run", adopted, snapshot(t, p))
	if _, code := u.assay(t, "unadopt"); code != green {
		t.Error("unadopt failed")
	}
	equal(t, "after unadopt", before, snapshot(t, p))
}

// judged wants a report that judged a good part of the platform, and nothing red.
func judged(t *testing.T, u unpacked) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(u.dir, "artifacts", "runs", "*", report.Name))
	if err != nil || len(found) != 1 {
		t.Fatalf("%d reports, %v", len(found), err)
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	var built report.Report
	if err := json.Unmarshal(content, &built); err != nil {
		t.Fatal(err)
	}
	results := map[string]int{}
	for _, one := range built.Requirements {
		if one.Asked {
			results[string(one.Result)]++
		}
	}
	t.Logf("results: %v", results)
	if results["pass"] < 100 || results["fail"] > 0 {
		t.Errorf("%v, want a hundred passed at least, and none failed", results)
	}
}
