package infra_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// simAssay makes and removes the cluster behind the emulator as up and down do, and
// writes down for which platform it was called and which registry it was told of.
const simAssay = `#!/bin/bash
behind=artifacts/platform-$ASSAY_PLATFORM
echo "assay $* of $ASSAY_PLATFORM with nodes $ASSAY_NODES, registry '$ASSAY_IMAGE_REGISTRY'" >> "$LOG"
case $1 in
up)
  mkdir -p "$behind" && echo config > "$behind/kubeconfig" && echo u-1 > "$behind/cluster-uid"
  echo "export ASSAY_IMAGE_REGISTRY=localhost:1/assay" > "$behind/registry.env"
  ;;
down) rm -rf "$behind" ;;
deploy) until [[ -s $LOG.following ]]; do read -r -t 0.05 <> <(:) || :; done ;; # it lasts longer than a start
esac
`

// fakeEmulator lasts until it is stopped.
const fakeEmulator = `#!/bin/bash
echo "ocisim $*" >> "$LOG"
mkdir -p "$2" && echo "export ASSAY_OCI_ENDPOINT=http://sim" > "$2/env"
trap 'exit 0' TERM
while :; do read -r -t 0.1 <> <(:) || :; done
`

// newSim is a script whose target is the emulated OCI, with what it leaves there.
func newSim(t *testing.T, left string) script {
	t.Helper()
	s := newScript(t)
	for name, text := range map[string]string{
		"bin/assay": simAssay, "bin/ocisim": fakeEmulator, "path/curl": "#!/bin/sh\necho '" + left + "'\n",
	} {
		file := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.target = "sim"
	return s
}

// sim runs steps and returns the first words of what was called, in its order.
func (s script) sim(t *testing.T, env []string, steps ...string) ([]string, string, error) {
	t.Helper()
	called, err := s.run(t, append([]string{"PATH=" + filepath.Join(s.dir, "path") + ":" + os.Getenv("PATH")}, env...), steps...)
	var words []string
	for line := range strings.Lines(called) {
		if fields := strings.Fields(line); fields[0] == "ocisim" {
			words = append(words, "ocisim")
		} else if len(fields) > 1 && fields[1] != "stopped" && fields[1] != "record" {
			words = append(words, fields[0]+" "+fields[1])
		}
	}
	return words, called, err
}

// TestTheSimulatedOKETakesTheStepsOfOKE: the cluster behind the emulator is made with
// nodes like OKE's and nothing deployed, and ends with the run, after what it holds in
// the cloud.
func TestTheSimulatedOKETakesTheStepsOfOKE(t *testing.T) {
	s := newSim(t, "[]")
	words, called, err := s.sim(t, nil, "up", "deploy", "down")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"assay-infra unadopt", "assay up", "ocisim", "assay-infra up", "assay-infra adopt", "assay deploy",
		"assay-infra down", "assay down",
	}
	if !slices.Equal(words, want) {
		t.Errorf("called %q, want %q", words, want)
	}
	for _, want := range []string{
		"assay up of assay-sim with nodes oke, registry ''",
		"-kubeconfig artifacts/platform-assay-sim/kubeconfig -balance u-1",
		"assay deploy of assay-sim with nodes oke, registry 'localhost:1/assay'",
		"assay-infra down --dir artifacts/ocisim/stack --kubeconfig artifacts/ocisim/kubeconfig",
		"assay down of assay-sim",
	} {
		if !strings.Contains(called, want) {
			t.Errorf("nothing was called as %q:\n%s", want, called)
		}
	}
}

// TestSafetyTheSimulatedOKEIsNoPlatformOfTheUser: it is removed at the end.
func TestSafetyTheSimulatedOKEIsNoPlatformOfTheUser(t *testing.T) {
	s := newSim(t, "[]")
	_, called, err := s.sim(t, []string{"ASSAY_PLATFORM=mine", "ASSAY_NODES=kind"}, "up", "down")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(called, "of mine with") || !strings.Contains(called, "assay up of mine-sim with nodes oke") ||
		!strings.Contains(called, "assay down of mine-sim with nodes oke") {
		t.Errorf("called\n%s", called)
	}
}

func TestWhatIsLeftInTheSimulatedOKEIsReported(t *testing.T) {
	s := newSim(t, `[{"kind":"loadbalancer"}]`)
	words, _, err := s.sim(t, nil, "up", "down")
	if err == nil {
		t.Error("a load balancer is left, and nothing fails")
	}
	if !slices.Contains(words, "assay down") {
		t.Errorf("the cluster behind stays: %q", words)
	}
}
