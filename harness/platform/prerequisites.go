package platform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"assay.dev/assay/hermetic/host"
)

// enginePrerequisites are those of a docker engine that is there already.
func enginePrerequisites(ctx context.Context) []Finding {
	info, err := host.AskInfo(ctx)
	if err != nil {
		return []Finding{found(engineAdvice(err), "")}
	}
	findings := []Finding{
		found(engineAdvice(host.Answers(ctx)), fmt.Sprintf("docker engine %s (%s)", info.ServerVersion, info.OperatingSystem)),
		found(enough(info), machine(info)+" of the engine's machine"),
		cgroups(info),
	}
	findings = append(findings, engineDisk(info))
	if info.Desktop() || runtime.GOOS != "linux" {
		return findings
	}
	return append(append(findings, inotify("/proc/sys/fs/inotify")...), modules("/lib/modules", "/proc/modules"))
}

// engineAdvice says what can be done about an engine that does not serve.
func engineAdvice(err error) error {
	const install = "`sudo apt-get install docker.io` on Debian and Ubuntu, else https://docs.docker.com/engine/install/"
	if err == nil {
		return nil
	}
	// These errors carry their reasons after a colon: the advice stands for them.
	short := func(format string, args ...any) error {
		problem, _, _ := strings.Cut(err.Error(), ": ")
		return &advised{cause: err, problem: problem, advice: fmt.Sprintf(format, args...)}
	}
	switch text := err.Error(); {
	case errors.Is(err, exec.ErrNotFound):
		return advise(err, "%s", install)
	case errors.Is(err, host.ErrPodman):
		return short("%s; or `export DOCKER_HOST=unix:///PATH/docker.sock` with the socket of a docker engine", install)
	case strings.Contains(text, "another machine"):
		return short("`unset DOCKER_HOST DOCKER_CONTEXT`, or `docker context use default`")
	case strings.Contains(text, "permission denied"):
		return advise(err, "`sudo usermod --append --groups docker $USER`, then log in again")
	case strings.Contains(text, "newer is needed"):
		return short("%s", install)
	}
	return advise(err, "start it: `sudo systemctl start docker` on Linux, `open -a Docker` on a Mac; `docker info` shows why")
}

// engineDisk looks at the disk of the engine's machine, if that is this one.
func engineDisk(info host.Info) Finding {
	needed := neededEngineDisk
	free, err := diskFree(info.DockerRootDir)
	switch {
	case info.Desktop() || errors.Is(err, os.ErrNotExist):
		return Finding{
			OK: true, Text: fmt.Sprintf("the free disk of the engine's machine cannot be seen from here, %d GB are needed", needed>>30),
			Fix: "`docker system df` shows what is used, `docker system prune` frees what nothing uses",
		}
	case err == nil && free < needed:
		err = fmt.Errorf("%s has %d GB free, %d GB are needed", info.DockerRootDir, free>>30, needed>>30)
	}
	if err != nil {
		err = advise(err, "`docker system prune` frees what nothing uses")
	}
	return found(err, fmt.Sprintf("at least %d GB of disk free for docker in %s", needed>>30, info.DockerRootDir))
}

// cgroups says what the engine's control groups mean for the nodes. Without root
// only version 2 lets a node bound its pods (kind, "Rootless").
func cgroups(info host.Info) Finding {
	f := Finding{OK: true, Text: "control groups of version " + info.CgroupVersion}
	if info.Rootless() {
		f.Text += ", docker without root"
		if info.CgroupVersion != "2" {
			f.OK, f.Fix = false, "`docker context use default` for docker with root, or boot with systemd.unified_cgroup_hierarchy=1"
			return f
		}
		f.Fix = "the nodes need Delegate=yes: `sudo systemctl edit user@.service` (https://kind.sigs.k8s.io/docs/user/rootless/)"
	}
	return f
}

// inotifyNeeds are what three nodes with some forty pods take (kind, "Known
// issues: pod errors due to too many open files").
var inotifyNeeds = []struct {
	name string
	min  int
}{{"max_user_instances", 256}, {"max_user_watches", 65536}}

// inotify looks at the kernel's limits below dir.
func inotify(dir string) []Finding {
	var findings []Finding
	for _, need := range inotifyNeeds {
		content, err := os.ReadFile(filepath.Join(dir, need.name))
		if err != nil {
			continue // another kernel without the limit
		}
		value, err := strconv.Atoi(strings.TrimSpace(string(content)))
		f := Finding{OK: err == nil && value >= need.min, Text: fmt.Sprintf("fs.inotify.%s is %d", need.name, value)}
		if !f.OK {
			f.Fix = fmt.Sprintf("`sudo sysctl fs.inotify.%s=%d`", need.name, 2*need.min)
		}
		findings = append(findings, f)
	}
	return findings
}

// faultModules are the parts of the kernel that network faults use.
var faultModules = []string{"sch_netem", "ip_set", "ip_tables"}

// modules looks for what network faults need of the kernel: loaded, built in, or
// there to be loaded. What is missing costs faults, not the platform.
func modules(lib, loaded string) Finding {
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	dir := filepath.Join(lib, strings.TrimSpace(string(release)))
	var known []byte
	for _, file := range []string{loaded, filepath.Join(dir, "modules.dep"), filepath.Join(dir, "modules.builtin")} {
		content, err := os.ReadFile(file)
		if err == nil {
			known = append(known, content...)
		}
	}
	var missing []string
	for _, module := range faultModules {
		if !bytes.Contains(known, []byte(module)) {
			missing = append(missing, module)
		}
	}
	f := Finding{OK: true, Text: "the kernel has what network faults need"}
	if len(missing) > 0 {
		f.Text = "modules of the kernel that are not seen: " + strings.Join(missing, ", ")
		f.Fix = "faults that need them are done by other means or skipped; `sudo modprobe -a sch_netem ip_set ip_tables` loads them, on Ubuntu after `sudo apt-get install linux-modules-extra-$(uname -r)`"
	}
	return f
}

// proxyFindings tells how a proxy of the environment is used.
func proxyFindings() []Finding {
	var set []string
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return nil
	}
	return []Finding{{OK: true, Text: fmt.Sprintf("%s: images, charts and modules come through the proxy; the nodes ask their own registry without it", strings.Join(set, ", "))}}
}
