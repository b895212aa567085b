package host

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded are answers of engines that were seen, shortened.
var recorded = map[string]string{
	"docker on Linux":         `{"ServerVersion":"28.2.2","OperatingSystem":"Ubuntu 24.04.2 LTS","OSType":"linux","NCPU":8,"MemTotal":33554432000,"CgroupVersion":"2","DockerRootDir":"/var/lib/docker","SecurityOptions":["name=apparmor","name=seccomp,profile=builtin","name=cgroupns"]}`,
	"docker without root":     `{"ServerVersion":"27.3.1","OperatingSystem":"Debian GNU/Linux 12 (bookworm)","OSType":"linux","NCPU":4,"MemTotal":16500000000,"CgroupVersion":"2","DockerRootDir":"/home/u/.local/share/docker","SecurityOptions":["name=seccomp,profile=builtin","name=rootless","name=cgroupns"]}`,
	"Docker Desktop on a Mac": `{"ServerVersion":"28.0.4","OperatingSystem":"Docker Desktop","OSType":"linux","NCPU":10,"MemTotal":8218030080,"CgroupVersion":"2","DockerRootDir":"/var/lib/docker","HttpProxy":"http.docker.internal:3128","SecurityOptions":["name=seccomp,profile=unconfined","name=cgroupns"]}`,
}

func TestEnginesAreKnownByWhatTheySay(t *testing.T) {
	for name, want := range map[string]struct{ rootless, desktop bool }{
		"docker on Linux": {false, false}, "docker without root": {true, false}, "Docker Desktop on a Mac": {false, true},
	} {
		info, err := parseInfo([]byte(recorded[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if info.Rootless() != want.rootless || info.Desktop() != want.desktop || info.NCPU == 0 || info.MemTotal == 0 {
			t.Errorf("%s: rootless %v, desktop %v, %+v", name, info.Rootless(), info.Desktop(), info)
		}
	}
}

func TestWhatIsNoDockerEngineIsRefused(t *testing.T) {
	for answer, want := range map[string]error{
		`{"host":{"arch":"amd64","buildahVersion":"1.28.2"},"version":{"Version":"4.3.1"}}`: ErrPodman,
		`{}`: nil,
		``:   nil,
	} {
		_, err := parseInfo([]byte(answer))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", answer, err, want)
		}
	}
}

func TestAnEngineElsewhereIsRefused(t *testing.T) {
	for endpoint, here := range map[string]bool{
		"unix:///var/run/docker.sock": true, "npipe:////./pipe/docker_engine": true, "tcp://127.0.0.1:2375": true, "tcp://localhost:2375": true,
		"tcp://192.0.2.7:2376": false, "ssh://somebody@host": false, "tcp://[2001:db8::1]:2376": false, "tcp://docker:2375": false,
	} {
		if err := local(endpoint); (err == nil) != here {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

// TestEngineOfAContextElsewhereIsRefused asks a stand-in for the docker client.
func TestEngineOfAContextElsewhereIsRefused(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\ncase $1 in info) cat <<'EOF'\n" + recorded["docker on Linux"] + "\nEOF\n;; context) echo ssh://somebody@elsewhere ;; esac\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for host, want := range map[string]string{"": "ssh://somebody@elsewhere", "tcp://192.0.2.7:2376": "tcp://192.0.2.7:2376"} {
		t.Setenv("DOCKER_HOST", host)
		if _, err := AskInfo(t.Context()); err == nil || !strings.Contains(err.Error(), "another machine ("+want) {
			t.Errorf("DOCKER_HOST=%s: %v, want an error that names %s", host, err, want)
		}
	}
}
