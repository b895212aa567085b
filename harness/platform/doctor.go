package platform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"assay.dev/assay/hermetic/host"
)

// Finding is what doctor found out about one prerequisite.
type Finding struct {
	// OK says that `make up` can work with it.
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	// Fix is what the user can do about it, a command in backticks at least; empty
	// where nothing is needed.
	Fix string `json:"fix,omitempty"`
}

// String is the finding as a line.
func (f Finding) String() string {
	mark := "✓ "
	switch {
	case !f.OK:
		mark = "✗ "
	case f.Fix != "":
		mark = "! "
	}
	if f.Fix != "" {
		return mark + f.Text + ": " + f.Fix
	}
	return mark + f.Text
}

// ErrPrerequisites is returned by Doctor where `make up` would fail.
var ErrPrerequisites = errors.New("`make up` would fail here: see the lines marked ✗")

// Doctor prints what this machine has, which images up would use, and what to do
// about each thing that would make up fail. It changes nothing.
func (p *Platform) Doctor(ctx context.Context) error {
	findings := p.Prerequisites(ctx)
	failed := false
	for _, finding := range findings {
		p.printf("%s", finding)
		failed = failed || !finding.OK
	}
	if failed {
		return ErrPrerequisites
	}
	return nil
}

// Prerequisites checks everything that up needs, for the images that it would use.
func (p *Platform) Prerequisites(ctx context.Context) []Finding {
	images, why, err := p.ChooseImages(ctx)
	findings := []Finding{found(err, fmt.Sprintf("images: %s (%s)", images, why))}
	engineAnswers := false
	switch images {
	case Hermetic:
		findings = append(findings, hermeticPrerequisites()...)
	case Public, Mirror:
		engine := enginePrerequisites(ctx)
		engineAnswers = engine[0].OK
		findings = append(findings, engine...)
	}
	disk := p.diskToFree(images)
	findings = append(findings, found(checkDisk(p.cache, disk), fmt.Sprintf("at least %d GB of disk free for %s", disk>>30, p.cache)))
	findings = append(findings, proxyFindings()...)
	state, err := p.loadState()
	findings = append(findings, found(err, "platform: "+describe(state)))
	if engineAnswers && (state == nil || state.Phase != PhaseReady) {
		findings = append(findings, p.pullFindings(ctx, images)...)
	}
	if err == nil && state == nil {
		ports, err := p.choosePorts(ctx)
		if err == nil {
			err = ports.free(ctx)
		}
		findings = append(findings, found(err, fmt.Sprintf("ports %d and %d are free", ports.HTTP, ports.HTTPS)))
	}
	return findings
}

func hermeticPrerequisites() []Finding {
	memory, err := machineMemory()
	if err != nil {
		return []Finding{found(advise(err, "hermetic images are built on Debian; `%s=%s make up` pulls them elsewhere", ImagesEnv, Public), "")}
	}
	info := host.Info{NCPU: runtime.NumCPU(), MemTotal: memory}
	findings := []Finding{found(enough(info), machine(info)), found(hermeticTools(), "hermetic mode's tools are here or can be installed")}
	missing, err := host.MissingCapabilities()
	if err != nil {
		err = advise(err, "`%s=%s make up` needs none", ImagesEnv, Public)
	}
	return append(findings, found(err, "containers may have all capabilities"+missingPackages(missing)))
}

// What the platform and its build take, memory in bytes.
const (
	neededCPUs   = 2
	neededMemory = 12 << 30
)

// enough returns an error unless a machine has the memory and processors.
func enough(info host.Info) error {
	switch {
	case info.MemTotal < neededMemory:
		return advise(fmt.Errorf("%s of memory, %d GB are needed", size(info.MemTotal), neededMemory>>30), "%s", largerMachine(info))
	case info.NCPU < neededCPUs:
		return advise(fmt.Errorf("%d processors, %d are needed", info.NCPU, neededCPUs), "%s", largerMachine(info))
	}
	return nil
}

// largerMachine is how the engine's machine gets what the platform takes.
func largerMachine(info host.Info) string {
	for name, command := range map[string]string{
		"Docker Desktop":  "`open -a Docker` on a Mac, then Settings, Resources",
		"Colima":          fmt.Sprintf("`colima stop`, then `colima start --cpu %d --memory %d`", neededCPUs, neededMemory>>30),
		"Rancher Desktop": fmt.Sprintf("`rdctl set --virtual-machine.number-cpus %d --virtual-machine.memory-in-gb %d`", neededCPUs, neededMemory>>30),
		"OrbStack":        fmt.Sprintf("`orb config set memory_mib %d`", neededMemory>>20),
	} {
		if strings.Contains(info.OperatingSystem, name) {
			return command
		}
	}
	return "take a larger machine; `make replay` judges a recorded run on any"
}

func machine(info host.Info) string {
	return fmt.Sprintf("%d processors, %s of memory", info.NCPU, size(info.MemTotal))
}

func size(bytes int64) string { return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30)) }

func hermeticTools() error {
	missing := host.MissingPackages()
	if len(missing) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		return nil
	}
	return advise(fmt.Errorf("%w: %s", host.ErrTools, strings.Join(missing, " ")),
		"`sudo apt-get install %s` on Debian, or `%s=%s make up`", strings.Join(missing, " "), ImagesEnv, Public)
}

func missingPackages(missing map[string]bool) string {
	var names []string
	for name := range missing {
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return " but " + strings.Join(names, ", ") + ", which runc-within takes out"
}

func describe(state *State) string {
	if state == nil {
		return "none"
	}
	return fmt.Sprintf("%s since %s, %s images", state.Phase, state.Since.Format("2006-01-02 15:04"), state.Images)
}
