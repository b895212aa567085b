package platform

import (
	"bytes"
	"context"
	"fmt"
	"os"
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
		return []Finding{found(err, "")}
	}
	findings := []Finding{
		found(host.Answers(ctx), fmt.Sprintf("docker engine %s (%s)", info.ServerVersion, info.OperatingSystem)),
		found(enough(info.NCPU, info.MemTotal), machine(info.NCPU, info.MemTotal)+" of the engine's machine"),
		cgroups(info),
	}
	if info.Desktop() {
		return append(findings, Finding{
			OK: true, Text: fmt.Sprintf("the free disk of the engine's machine cannot be seen from here, %d GB are needed", neededEngineDisk>>30),
			Mend: "look at the settings of " + info.OperatingSystem + " under Resources",
		})
	}
	findings = append(findings, found(checkDisk(info.DockerRootDir, neededEngineDisk),
		fmt.Sprintf("at least %d GB of disk free for docker in %s", neededEngineDisk>>30, info.DockerRootDir)))
	if runtime.GOOS != "linux" {
		return findings
	}
	return append(append(findings, inotify("/proc/sys/fs/inotify")...), modules("/lib/modules", "/proc/modules"))
}

// cgroups says what the engine's control groups mean for the nodes. Without root
// only version 2 lets a node bound its pods (kind, "Rootless").
func cgroups(info host.Info) Finding {
	f := Finding{OK: true, Text: "control groups of version " + info.CgroupVersion}
	if info.Rootless() {
		f.Text += ", docker without root"
		if info.CgroupVersion != "2" {
			f.OK, f.Mend = false, "boot with systemd.unified_cgroup_hierarchy=1, or use docker with root"
			return f
		}
		f.Mend = "the nodes need Delegate=yes for user@.service (https://kind.sigs.k8s.io/docs/user/rootless/)"
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
			f.Mend = fmt.Sprintf("sudo sysctl fs.inotify.%s=%d", need.name, 2*need.min)
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
		f.Mend = "faults that need them are done by other means or skipped; on Debian and Ubuntu: sudo apt install linux-modules-extra-$(uname -r)"
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
