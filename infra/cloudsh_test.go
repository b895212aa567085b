package infra_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script is cloud.sh in a folder of its own, with programs that write down what they
// are called with. assay-infra adopts as the real one does.
type script struct{ dir, log, target string }

const fakeInfra = `#!/bin/bash
echo "assay-infra $*" >> "$LOG"
out= env= dir= follow=
for word in "$@"; do
  case $last in --out) out=$word ;; --env) env=$word ;; --dir) dir=$word ;; esac
  [[ $word == --follow ]] && follow=yes
  last=$word
done
case $1 in
up) mkdir -p "$dir" && echo '{"id":"x","run_id":"of-'"$(basename "$dir")"'"}' > "$dir/identity.json" ;;
adopt) echo "config of $dir" > "$out"; echo "export ASSAY_KUBECONFIG='$out'" > "$env" ;;
record)
  # A follower that fails at once, or one that lasts until it is stopped.
  [[ -n $RECORD_FAILS ]] && exit 3
  if [[ -n $follow ]]; then trap 'echo "follower stopped" >> "$LOG"; exit 0' TERM; echo following >> "$LOG.following"; while :; do read -r -t 1 <> <(:) || :; done; fi ;;
down) rm -rf "$dir" ;;
esac
`

// fakeAssay waits until it is followed, as a deployment lasts longer than a start.
const fakeAssay = `#!/bin/bash
until [[ -n $RECORD_FAILS || -s $LOG.following ]]; do read -r -t 0.05 <> <(:) || :; done
echo "assay $* with $ASSAY_KUBECONFIG" >> "$LOG"
rm -f "$LOG.following"
exit "${ASSAY_EXIT:-0}"
`

func newScript(t *testing.T) script {
	t.Helper()
	s := script{dir: t.TempDir(), target: "oke"}
	s.log = filepath.Join(s.dir, "log")
	content, err := os.ReadFile("cloud.sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"infra/cloud.sh": string(content), "bin/assay-infra": fakeInfra, "bin/assay": fakeAssay, "bin/go": "#!/bin/sh\n",
	} {
		file := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// run runs steps and returns what was called, and the error.
func (s script) run(t *testing.T, env []string, steps ...string) (string, error) {
	t.Helper()
	if err := os.RemoveAll(s.log); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(s.dir, "infra", "cloud.sh"), s.target}, steps...)...)
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LOG=" + s.log, "GO=" + filepath.Join(s.dir, "bin", "go")}, env...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Logf("%s", out)
	}
	called, readErr := os.ReadFile(s.log)
	if readErr != nil && !os.IsNotExist(readErr) {
		t.Fatal(readErr)
	}
	return string(called), err
}

// TestSafetyEachRunUsesItsOwnCluster makes two runs in two folders and takes the first
// one down: the last one that adopted a cluster must not be drained.
func TestSafetyEachRunUsesItsOwnCluster(t *testing.T) {
	s := newScript(t)
	for _, step := range [][]string{{"A", "up"}, {"B", "up"}, {"A", "deploy"}, {"A", "judge"}, {"A", "down"}} {
		called, err := s.run(t, []string{"OCI_DIR=" + step[0]}, step[1])
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		other := map[string]string{"A": "B/", "B": "A/"}[step[0]]
		if called == "" || strings.Contains(called, other) || strings.Contains(called, "artifacts/oke") {
			t.Errorf("%s called %s", step, called)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, "B", "kubeconfig")); err != nil {
		t.Errorf("the other run's kubeconfig: %v", err)
	}
}

// TestVerdictsPassThrough holds that a red or an inconclusive judgement ends the script with
// its own code, after everything was taken down, and that a mistake has neither code.
func TestVerdictsPassThrough(t *testing.T) {
	code := func(err error) int {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return ended.ExitCode()
		}
		return 0
	}
	for _, want := range []int{0, 1, 2, 3, 4} {
		s := newScript(t)
		if _, err := s.run(t, []string{"OCI_DIR=A"}, "up"); err != nil {
			t.Fatal(err)
		}
		env := []string{"OCI_DIR=A", fmt.Sprintf("ASSAY_EXIT=%d", want)}
		if _, err := s.run(t, env, "judge"); code(err) != want {
			t.Errorf("judge ended with %d, the suites with %d", code(err), want)
		}
		called, err := s.run(t, env, "e2e")
		if code(err) != want || !strings.Contains(called, "down") {
			t.Errorf("e2e ended with %d, deployment or suites with %d, after %s", code(err), want, called)
		}
	}
	s := newScript(t)
	for _, bad := range [][]string{{"jugde"}} {
		if _, err := s.run(t, nil, bad...); code(err) != 1 {
			t.Errorf("%q ended with %d", bad, code(err))
		}
	}
	if _, err := s.run(t, []string{"SET=all"}, "up", "judge"); code(err) != 1 {
		t.Errorf("SET=all ended with %d", code(err))
	}
}

func TestSafetyWithoutANameUpMakesOne(t *testing.T) {
	s := newScript(t)
	if called, err := s.run(t, nil, "up"); err != nil || strings.Contains(called, "--run") {
		t.Errorf("called %s (%v): a name of user and date is not unique", called, err)
	}
	if called, err := s.run(t, []string{"OCI_RUN=ci-1"}, "up"); err != nil || !strings.Contains(called, "--run ci-1") {
		t.Errorf("called %s (%v)", called, err)
	}
}

func TestWhatTheClusterMakesIsRecordedMeanwhile(t *testing.T) {
	s := newScript(t)
	if _, err := s.run(t, nil, "up"); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env  []string
		want string // exit status
	}{
		"both succeed":        {nil, ""},
		"the deploy fails":    {[]string{"ASSAY_EXIT=4"}, "exit status 4"},
		"the recording fails": {[]string{"RECORD_FAILS=yes"}, "exit status 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			called, err := s.run(t, test.env, "deploy")
			status := ""
			if err != nil {
				status = err.Error()
			}
			if status != test.want || !strings.Contains(called, "record --dir artifacts/oci --kubeconfig artifacts/oci/kubeconfig --follow") {
				t.Errorf("status %q, called %s", status, called)
			}
			if stopped := strings.Contains(called, "follower stopped"); stopped != (len(test.env) == 0 || test.env[0] != "RECORD_FAILS=yes") {
				t.Errorf("the follower was stopped: %v; called %s", stopped, called)
			}
		})
	}
}

// TestEveryStepTakesTheSpecificationThatIsNamed: a relative path means the same folder
// wherever a step runs.
func TestEveryStepTakesTheSpecificationThatIsNamed(t *testing.T) {
	s := newScript(t)
	if err := os.WriteFile(filepath.Join(s.dir, "bin", "go"), []byte("#!/bin/sh\necho \"$1 $ASSAY_SPEC\" >> \"$LOG\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	shop := filepath.Join(s.dir, "testdata", "shop")
	if err := os.MkdirAll(shop, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.run(t, []string{"OCI_DIR=A"}, "up"); err != nil {
		t.Fatal(err)
	}
	called, err := s.run(t, []string{"OCI_DIR=A", "ASSAY_SPEC=testdata/shop"}, "attributes")
	if err != nil || !strings.Contains(called, "test "+shop+"\n") {
		t.Errorf("called %q, %v; want the checks with %s", called, err, shop)
	}
	if called, err := s.run(t, []string{"OCI_DIR=A", "ASSAY_SPEC=nowhere"}, "attributes"); err == nil {
		t.Errorf("a specification that is not there: called %q", called)
	}
}
