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

// Doctor says what the machine has, which images up would use, and what to do
// about each thing that would make up fail. It changes nothing.
func (p *Platform) Doctor(ctx context.Context) error {
	failed := false
	line := func(err error, good string) {
		if err != nil {
			failed = true
			p.say("✗ %v", err)
			return
		}
		p.say("✓ %s", good)
	}
	memory, err := machineMemory()
	if err == nil && memory < 12<<30 {
		err = fmt.Errorf("%d GB of memory: the platform and its build need 12", memory>>30)
	}
	line(err, fmt.Sprintf("%d processors, %d GB of memory", runtime.NumCPU(), memory>>30))
	line(checkDisk(p.cache), fmt.Sprintf("at least %d GB of disk free for %s", neededDisk>>30, p.cache))
	images, why, err := p.ChooseImages(ctx)
	line(err, fmt.Sprintf("images: %s (%s)", images, why))
	switch images {
	case Hermetic:
		line(hermeticTools(), "hermetic mode's tools are here or can be installed")
		missing, err := host.MissingCapabilities()
		line(err, "containers may have all capabilities"+lacking(missing))
	case Public, Mirror:
		line(host.Answers(ctx), "a docker engine answers")
	}
	state, err := p.loadState()
	line(err, "platform: "+describe(state))
	if state == nil {
		ports, err := p.choosePorts(ctx)
		line(err, "free ports can be had")
		line(ports.free(ctx), fmt.Sprintf("ports %d and %d are free", ports.HTTP, ports.HTTPS))
	}
	if failed {
		return errors.New("`make up` would fail here: see the lines marked ✗")
	}
	return nil
}

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
