package platform

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/pull"
)

// fixCommand is what a finding's advice has at least one of.
var fixCommand = regexp.MustCompile("`[^` ]+ [^`]+`")

// failingDocker puts a docker client on PATH that fails as it does without an engine.
func failingDocker(t *testing.T, complaint string) {
	t.Helper()
	fakeDocker(t, plainInfo)
	dir, _, _ := strings.Cut(os.Getenv("PATH"), ":")
	script := "#!/bin/sh\ncase $1 in context) echo unix:///var/run/docker.sock; exit 0 ;; esac\necho \"" + complaint + "\" >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// info is what a docker engine tells with one thing changed.
func info(old, new string) string { return strings.Replace(plainInfo, old, new, 1) }

// faults are machines with something wrong: each makes findings, one of which has the
// text want and the command mend.
var faults = []struct {
	name, want, fix string
	find            func(t *testing.T, p *Platform) []Finding
}{
	{"unknown images", `ASSAY_IMAGES is "private"`, "`unset ASSAY_IMAGES`", withEnv(ImagesEnv, "private")},
	{"mirror that is not named", "names no registry", "`export ASSAY_MIRROR=HOST", withEnv(ImagesEnv, string(Mirror))},
	{"mirror with a scheme", `ASSAY_MIRROR is "https://registry.example.com"`, "`unset ASSAY_MIRROR`", withEnv(pull.MirrorEnv, "https://registry.example.com")},
	{"no docker client", "executable file not found", "`sudo apt-get install docker.io`", func(t *testing.T, p *Platform) []Finding {
		t.Setenv("PATH", t.TempDir())
		return withEnv(ImagesEnv, string(Public))(t, p)
	}},
	{"engine that does not run", "Cannot connect to the Docker daemon", "`sudo systemctl start docker`", func(t *testing.T, _ *Platform) []Finding {
		failingDocker(t, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
		return enginePrerequisites(t.Context())
	}},
	{"engine of others", "permission denied", "`sudo usermod --append --groups docker $USER`", func(t *testing.T, _ *Platform) []Finding {
		failingDocker(t, "permission denied while trying to connect to the Docker daemon socket")
		return enginePrerequisites(t.Context())
	}},
	{"engine elsewhere", "another machine (tcp://192.0.2.7:2376)", "`unset DOCKER_HOST DOCKER_CONTEXT`", func(t *testing.T, _ *Platform) []Finding {
		fakeDocker(t, plainInfo)
		t.Setenv("DOCKER_HOST", "tcp://192.0.2.7:2376")
		return enginePrerequisites(t.Context())
	}},
	{"podman", "podman answers", "`sudo apt-get install docker.io`", withDocker(`{"host":{"buildahVersion":"1.28.2"}}`)},
	{"no engine at all", "does not report its processors", "`docker info`", withDocker(`{}`)},
	{"old engine", `version "19.03.1"`, "`sudo apt-get install docker.io`", func(t *testing.T, _ *Platform) []Finding {
		fakeDocker(t, plainInfo)
		dir, _, _ := strings.Cut(os.Getenv("PATH"), ":")
		script, err := os.ReadFile(filepath.Join(dir, "docker"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(strings.Replace(string(script), "28.1.1", "19.03.1", 1)), 0o755); err != nil {
			t.Fatal(err)
		}
		return enginePrerequisites(t.Context())
	}},
	{"little memory", "3.7 GB of memory, 12 GB are needed", "`make replay`", withDocker(info("33554432000", "4000000000"))},
	{"one processor", "1 processors, 2 are needed", "`make replay`", withDocker(info(`"NCPU":8`, `"NCPU":1`))},
	{"little memory of Docker Desktop", "3.7 GB of memory", "Settings, Resources", withDocker(strings.Replace(info("33554432000", "4000000000"), "Debian GNU/Linux 12", "Docker Desktop", 1))},
	{"little memory of Colima", "3.7 GB of memory", "`colima start --cpu 2 --memory 12`", withDocker(strings.Replace(info("33554432000", "4000000000"), "Debian GNU/Linux 12", "Colima", 1))},
	{"little memory of this machine", "1.0 GB of memory", "`make replay`", func(*testing.T, *Platform) []Finding {
		return []Finding{found(enough(host.Info{NCPU: 8, MemTotal: 1 << 30}), "")}
	}},
	{"no root and control groups 1", "control groups of version 1", "systemd.unified_cgroup_hierarchy=1", withDocker(info(`"CgroupVersion":"2"`, `"CgroupVersion":"1","SecurityOptions":["name=rootless"]`))},
	{"no root", "docker without root", "Delegate=yes", withDocker(info(`"CgroupVersion":"2"`, `"CgroupVersion":"2","SecurityOptions":["name=rootless"]`))},
	{"disk of a virtual machine", "cannot be seen from here", "`docker system df`", withDocker(info("Debian GNU/Linux 12", "Docker Desktop"))},
	{"disk of a container's host", "cannot be seen from here", "`docker system df`", withDocker(info(`"DockerRootDir":"/"`, `"DockerRootDir":"/of/the/host"`))},
	{"full disk of docker", "GB are needed", "`docker system prune`", func(t *testing.T, p *Platform) []Finding {
		t.Cleanup(swap(&neededEngineDisk, 1<<60))
		return withDocker(plainInfo)(t, p)
	}},
	{"full disk of the cache", "GB are needed", "`export XDG_CACHE_HOME=DIR`", func(_ *testing.T, p *Platform) []Finding {
		return []Finding{found(checkDisk(p.cache, 1<<60), "")}
	}},
	{"few inotify instances", "fs.inotify.max_user_instances is 128", "`sudo sysctl fs.inotify.max_user_instances=512`", func(t *testing.T, _ *Platform) []Finding {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "max_user_instances"), "128\n")
		write(t, filepath.Join(dir, "max_user_watches"), "unreadable\n")
		return inotify(dir)
	}},
	{"kernel without modules", "sch_netem, ip_set, ip_tables", "`sudo modprobe -a sch_netem ip_set ip_tables`", func(t *testing.T, _ *Platform) []Finding {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "modules"), "")
		return []Finding{modules(dir, filepath.Join(dir, "modules"))}
	}},
	{"no tools of hermetic mode", "programs are missing", "`sudo apt-get install ", func(t *testing.T, _ *Platform) []Finding {
		t.Setenv("PATH", t.TempDir())
		return hermeticPrerequisites()
	}},
	{"damaged state", "is damaged", "`make down`", func(t *testing.T, p *Platform) []Finding {
		write(t, p.stateFile(), "{")
		return withEnv(ImagesEnv, string(Hermetic))(t, p)
	}},
	{"port that is taken", "is taken, the ingress needs it", "`ss -ltnp 'sport = :", func(t *testing.T, _ *Platform) []Finding {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		port := int32(listener.Addr().(*net.TCPAddr).Port)
		return []Finding{found(Ports{HTTP: port, HTTPS: port}.free(t.Context()), "")}
	}},
	{"registry that does not answer", "pull ", "`ASSAY_IMAGES=hermetic make up`", func(t *testing.T, p *Platform) []Finding {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		t.Setenv(pull.MirrorEnv, listener.Addr().String())
		return []Finding{p.pullFinding(t.Context(), Mirror, []string{probeImage})}
	}},
	{"registry that lacks an image", "has no such image", "`export ASSAY_MIRROR=HOST", func(t *testing.T, p *Platform) []Finding {
		mirrorWith(t, "amd64")
		return []Finding{p.pullFinding(t.Context(), Mirror, []string{probeImage})}
	}},
	{"slow registry", "nothing arrived", "`export ASSAY_MIRROR=HOST", func(*testing.T, *Platform) []Finding {
		return []Finding{pullTime(pull.Pending{Images: 3, Bytes: 3 << 30}, 0, fmt.Errorf("nothing arrived within %s", sample.Time), 0)}
	}},
	{"slow line", "the first `make up` takes about", "`export ASSAY_MIRROR=HOST", func(*testing.T, *Platform) []Finding {
		return []Finding{pullTime(pull.Pending{Images: 3, Bytes: 3 << 30}, 100_000, nil, 0)}
	}},
}

func withEnv(name, value string) func(*testing.T, *Platform) []Finding {
	return func(t *testing.T, p *Platform) []Finding {
		t.Setenv(name, value)
		return p.Prerequisites(t.Context())
	}
}

func withDocker(info string) func(*testing.T, *Platform) []Finding {
	return func(t *testing.T, _ *Platform) []Finding {
		fakeDocker(t, info)
		return enginePrerequisites(t.Context())
	}
}

// swap sets a variable and returns what sets it back.
func swap[T any](variable *T, value T) func() {
	old := *variable
	*variable = value
	return func() { *variable = old }
}

// TestEachFindingHasTheCommandThatFixesIt goes through everything that doctor can find.
func TestEachFindingHasTheCommandThatFixesIt(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			p := newPlatform(t)
			for _, name := range []string{ImagesEnv, pull.MirrorEnv, "DOCKER_HOST", "DOCKER_CONTEXT"} {
				t.Setenv(name, "")
			}
			seen, all := false, ""
			for _, finding := range fault.find(t, p) {
				all += "\n" + finding.String()
				seen = seen || strings.Contains(finding.Text, fault.want) && strings.Contains(finding.Fix, fault.fix)
				if (!finding.OK || finding.Fix != "") && !fixCommand.MatchString(finding.Fix) {
					t.Errorf("%s\nhas no command in %q", finding, finding.Fix)
				}
			}
			if !seen {
				t.Errorf("no finding has the text %q and %q:%s", fault.want, fault.fix, all)
			}
		})
	}
}

// TestFindingsOfThisMachineHaveCommands looks at what is really here.
func TestFindingsOfThisMachineHaveCommands(t *testing.T) {
	for _, images := range []Images{Public, Hermetic} {
		p := newPlatform(t)
		t.Setenv(ImagesEnv, string(images))
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // it asks no registry
		for _, finding := range p.Prerequisites(ctx) {
			if !finding.OK && !fixCommand.MatchString(finding.Fix) {
				t.Errorf("%s images: %s\nhas no command", images, finding)
			}
		}
	}
}
