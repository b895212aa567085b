package platform

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec/todo"
)

// fakeDocker puts a docker client on PATH that answers `docker info` with info.
func fakeDocker(t *testing.T, info string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncase $1 in version) echo 28.1.1 ;; info) cat <<'EOF'\n" + info + "\nEOF\n;; context) echo unix:///var/run/docker.sock ;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("DOCKER_CONTEXT", "")
}

const plainInfo = `{"ServerVersion":"28.2.2","OperatingSystem":"Debian GNU/Linux 12","NCPU":8,"MemTotal":33554432000,"CgroupVersion":"2","DockerRootDir":"/"}`

func TestDoctorNamesWhatIsWrongWithTheEngine(t *testing.T) {
	for name, c := range map[string]struct{ info, want string }{
		"podman":                       {`{"host":{"buildahVersion":"1.28.2"}}`, "podman answers in the place of docker"},
		"little memory":                {strings.Replace(plainInfo, "33554432000", "4000000000", 1), "3.7 GB of memory, 12 GB are needed"},
		"one processor":                {strings.Replace(plainInfo, `"NCPU":8`, `"NCPU":1`, 1), "1 processors, 2 are needed"},
		"no root and control groups 1": {strings.Replace(plainInfo, `"CgroupVersion":"2"`, `"CgroupVersion":"1","SecurityOptions":["name=rootless"]`, 1), "systemd.unified_cgroup_hierarchy=1"},
	} {
		fakeDocker(t, c.info)
		var bad []string
		for _, finding := range enginePrerequisites(t.Context()) {
			if !finding.OK {
				bad = append(bad, finding.String())
			}
		}
		if len(bad) == 0 || !strings.Contains(strings.Join(bad, "\n"), c.want) {
			t.Errorf("%s: got %q, want %q", name, bad, c.want)
		}
	}
}

func TestDoctorRefusesAnEngineOfAnotherMachine(t *testing.T) {
	p := newPlatform(t)
	fakeDocker(t, plainInfo)
	t.Setenv(ImagesEnv, string(Public))
	t.Setenv("DOCKER_HOST", "tcp://192.0.2.7:2376")
	out := &strings.Builder{}
	p.out = out
	if err := p.Doctor(t.Context()); !errors.Is(err, ErrPrerequisites) {
		t.Errorf("doctor returned %v", err)
	}
	if !strings.Contains(out.String(), "✗ the docker client points to another machine (tcp") {
		t.Errorf("doctor printed\n%s", out)
	}
}

func TestMemoryAndProcessorsAreThoseOfTheEngine(t *testing.T) {
	got := systemReserved(host.Info{NCPU: 10, MemTotal: 16 << 30}, todo.Must().OCI.NodePool)
	if got != `{"cpu": "8", "memory": "8192Mi"}` {
		t.Errorf("a kubelet keeps back %s, want all but 2 processors and 8 GB", got)
	}
	if got := systemReserved(host.Info{NCPU: 1, MemTotal: 4 << 30}, todo.Must().OCI.NodePool); got != `{"cpu": "0", "memory": "0Mi"}` {
		t.Errorf("a kubelet of a small machine keeps back %s", got)
	}
}

func TestInotifyLimitsNameTheCommand(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]int{"max_user_instances": 128, "max_user_watches": 524288} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strconv.Itoa(value)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	findings := inotify(dir)
	if len(findings) != 2 || findings[0].OK || !findings[1].OK || !strings.Contains(findings[0].String(), "sudo sysctl fs.inotify.max_user_instances=") {
		t.Errorf("findings %v", findings)
	}
}

// TestTheNodesRegistryIsAskedWithoutTheProxy computes as the nodes' containerd does.
func TestTheNodesRegistryIsAskedWithoutTheProxy(t *testing.T) {
	t.Setenv("NO_PROXY", "localhost,127.0.0.1")
	t.Setenv("no_proxy", "")
	p := newPlatform(t)
	if _, err := p.provider(&strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		config := httpproxy.Config{HTTPProxy: "http://proxy.example:3128", NoProxy: os.Getenv(name)}
		where := &url.URL{Scheme: "http", Host: registryAlias + ":5000"}
		if proxy, err := config.ProxyFunc()(where); err != nil || proxy != nil {
			t.Errorf("%s=%s: the nodes ask %s through %v (%v)", name, os.Getenv(name), where, proxy, err)
		}
	}
}
