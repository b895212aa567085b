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
	// Mend is what the user can do about it; empty where nothing is needed.
	Mend string `json:"mend,omitempty"`
}

// String is the finding as a line.
func (f Finding) String() string {
	mark := "✓ "
	switch {
	case !f.OK:
		mark = "✗ "
	case f.Mend != "":
		mark = "! "
	}
	if f.Mend != "" {
		return mark + f.Text + ": " + f.Mend
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
		p.say("%s", finding)
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
	switch images {
	case Hermetic:
		findings = append(findings, hermeticPrerequisites()...)
	case Public, Mirror:
		findings = append(findings, enginePrerequisites(ctx)...)
	}
	findings = append(findings, found(checkDisk(p.cache, neededDisk[images]),
		fmt.Sprintf("at least %d GB of disk free for %s", neededDisk[images]>>30, p.cache)))
	findings = append(findings, proxyFindings()...)
	state, err := p.loadState()
	findings = append(findings, found(err, "platform: "+describe(state)))
	if err == nil && state == nil {
		ports, err := p.choosePorts(ctx)
		if err == nil {
			err = ports.free(ctx)
		}
		findings = append(findings, found(err, fmt.Sprintf("ports %d and %d are free", ports.HTTP, ports.HTTPS)))
	}
	return findings
}

// found is a finding of a check that returned err.
func found(err error, good string) Finding {
	if err == nil {
		return Finding{OK: true, Text: good}
	}
	text, mend, _ := strings.Cut(err.Error(), ": ")
	return Finding{Text: text, Mend: mend}
}

func hermeticPrerequisites() []Finding {
	memory, err := machineMemory()
	findings := []Finding{found(errors.Join(err, enough(runtime.NumCPU(), memory)), machine(runtime.NumCPU(), memory))}
	findings = append(findings, found(hermeticTools(), "hermetic mode's tools are here or can be installed"))
	missing, err := host.MissingCapabilities()
	return append(findings, found(err, "containers may have all capabilities"+lacking(missing)))
}

// neededMemory is what the platform and its build take, in bytes.
const neededMemory = 12 << 30

func enough(cpus int, memory int64) error {
	switch {
	case memory < neededMemory:
		return fmt.Errorf("%s of memory, %d GB are needed: give docker's machine more", size(memory), neededMemory>>30)
	case cpus < workerCPUs:
		return fmt.Errorf("%d processors, %d are needed: give docker's machine more", cpus, workerCPUs)
	}
	return nil
}

func machine(cpus int, memory int64) string {
	return fmt.Sprintf("%d processors, %s of memory", cpus, size(memory))
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
	return fmt.Errorf("%w: install the Debian packages %s", host.ErrTools, strings.Join(missing, " "))
}

func lacking(missing map[string]bool) string {
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
