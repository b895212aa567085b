package platform

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTheReadmeNamesWhatDoctorChecks holds the figures of README.md against those that
// are checked: public images need less of the disk than a build.
func TestTheReadmeNamesWhatDoctorChecks(t *testing.T) {
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, needs, _ := strings.Cut(string(content), "### What the machine needs\n")
	for _, want := range []string{
		fmt.Sprintf("%d processors, %d GB of memory and %d GB of disk free, the cache %d GB |", neededCPUs, neededMemory>>30, neededEngineDisk>>30, neededDisk[Public]>>30),
		fmt.Sprintf("; %d GB of disk free |", neededDisk[Hermetic]>>30),
	} {
		if !strings.Contains(needs, want) {
			t.Errorf("README.md does not say that a machine needs %q", want)
		}
	}
	if neededDisk[Public] != neededDisk[Mirror] || neededDisk[Public]+neededEngineDisk > neededDisk[Hermetic] {
		t.Errorf("pulled images need %v and %d of the disk, more than a build", neededDisk, neededEngineDisk)
	}
}
