// Package infra_test holds the workflows against the rest of the repository: a
// workflow runs on somebody else's machine, at night, and would tell too late.
package infra_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/infra/cli"
)

const root = ".."

type workflow struct {
	Permissions *map[string]string `yaml:"permissions"`
	Concurrency map[string]any     `yaml:"concurrency"`
	Env         map[string]string  `yaml:"env"`
	On          map[string]any     `yaml:"on"`
	Jobs        map[string]job     `yaml:"jobs"`
}

type job struct {
	RunsOn      string             `yaml:"runs-on"`
	Timeout     int                `yaml:"timeout-minutes"`
	Permissions *map[string]string `yaml:"permissions"`
	Steps       []step             `yaml:"steps"`
}

type step struct {
	Name string         `yaml:"name"`
	If   string         `yaml:"if"`
	Uses string         `yaml:"uses"`
	Run  string         `yaml:"run"`
	With map[string]any `yaml:"with"`
}

// workflows reads all of them, by file name.
func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	all := map[string]workflow{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var read workflow
		if err := yaml.Unmarshal(content, &read); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = read
	}
	return all
}

// steps calls visit for every step of every workflow.
func steps(t *testing.T, visit func(t *testing.T, s step)) {
	t.Helper()
	for name, flow := range workflows(t) {
		for _, job := range flow.Jobs {
			for _, step := range job.Steps {
				t.Run(name+"/"+step.Name+step.Uses, func(t *testing.T) { visit(t, step) })
			}
		}
	}
}

func TestWorkflowsMayDoLittle(t *testing.T) {
	for name, flow := range workflows(t) {
		if flow.Permissions == nil || len(*flow.Permissions) > 0 {
			t.Errorf("%s: permissions at the top are not {}", name)
		}
		if flow.Concurrency["group"] == nil {
			t.Errorf("%s: no concurrency group", name)
		}
		for id, job := range flow.Jobs {
			if job.Permissions == nil || len(*job.Permissions) != 1 || (*job.Permissions)["contents"] != "read" {
				t.Errorf("%s, job %s: permissions are not contents: read alone", name, id)
			}
			if job.Timeout == 0 || job.RunsOn == "" || strings.Contains(job.RunsOn, "latest") {
				t.Errorf("%s, job %s: runs on %q for %d minutes at most; name a release and a bound", name, id, job.RunsOn, job.Timeout)
			}
		}
	}
}

func TestActionsArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	steps(t, func(t *testing.T, s step) {
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s is not pinned by a digest", s.Uses)
		}
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
			t.Error("the checkout keeps its credentials in the clone")
		}
		// Text of an event that becomes part of a script is run.
		if strings.Contains(s.Run, "${{") {
			t.Errorf("the script has an expression in it: %s", s.Run)
		}
	})
}

func TestWorkflowsNameWhatExists(t *testing.T) {
	targets := makeTargets(t, filepath.Join(root, "Makefile"))
	made := regexp.MustCompile(`\bmake ((?:--\S+ )*)([\w-]+)`)
	script := regexp.MustCompile(`\bbash (\S+)`)
	cloud := regexp.MustCompile(`\bbin/assay (.+)`)
	commands := 0
	steps(t, func(t *testing.T, s step) {
		for _, found := range cloud.FindAllStringSubmatch(s.Run, -1) {
			commands++
			words, ok := strings.CutPrefix(found[1], "cloud ")
			command, rest, err := cli.Command(nil).Find(strings.Fields(words))
			if !ok || err != nil || !command.Runnable() || command.ParseFlags(rest) != nil {
				t.Errorf("assay %s is no command of the cloud: %v", found[1], err)
			}
		}
		for _, found := range made.FindAllStringSubmatch(s.Run, -1) {
			commands++
			if !slices.Contains(targets, found[2]) {
				t.Errorf("make %s is no target", found[2])
			}
		}
		for _, found := range script.FindAllStringSubmatch(s.Run, -1) {
			commands++
			if _, err := os.Stat(filepath.Join(root, found[1])); err != nil {
				t.Errorf("script: %v", err)
			}
		}
	})
	if commands < 5 {
		t.Errorf("%d commands were looked at, which is too few to be all", commands)
	}
}

// makeTargets lists the targets of a Makefile and of what it includes.
func makeTargets(t *testing.T, file string) []string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, found := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllStringSubmatch(string(content), -1) {
		targets = append(targets, found[1])
	}
	for _, found := range regexp.MustCompile(`(?m)^SUITES := (.+)`).FindAllStringSubmatch(string(content), -1) {
		for _, suite := range strings.Fields(found[1]) {
			targets = append(targets, "test-"+suite)
		}
	}
	for _, found := range regexp.MustCompile(`(?m)^include (\S+)`).FindAllStringSubmatch(string(content), -1) {
		targets = append(targets, makeTargets(t, filepath.Join(root, found[1]))...)
	}
	return targets
}

func TestNightlyRunDeletesWhateverHappens(t *testing.T) {
	for _, job := range workflows(t)["nightly-oke.yml"].Jobs {
		up := slices.IndexFunc(job.Steps, func(s step) bool { return strings.Contains(s.Run, "bin/assay cloud up") })
		down := slices.IndexFunc(job.Steps, func(s step) bool { return strings.Contains(s.Run, "bin/assay cloud down") && s.If == "always()" })
		upload := slices.IndexFunc(job.Steps, func(s step) bool {
			return strings.HasPrefix(s.Uses, "actions/upload-artifact@") && strings.HasPrefix(s.If, "always()")
		})
		if up < 0 || down < up || upload < 0 {
			t.Errorf("up is step %d, down that always runs step %d, report that is always kept step %d", up, down, upload)
		}
		return
	}
	t.Error("there is no nightly run")
}

// The cluster pulls this repository's own images with a Secret that the deployment
// makes: what it is made of has to be there before, and gone afterwards.
func TestNightlyRunGivesTheClusterItsPullSecret(t *testing.T) {
	nightly := workflows(t)["nightly-oke.yml"]
	secret, config := nightly.Env["ASSAY_IMAGE_PULL_SECRET"], nightly.Env["ASSAY_IMAGE_PULL_CONFIG"]
	if secret == "" || !strings.HasPrefix(config, "${{ github.workspace }}/") || filepath.Base(config) != "config.json" {
		t.Errorf("the Secret is %q, made from %q, which is no absolute path of a docker configuration", secret, config)
	}
	for _, job := range nightly.Jobs {
		index := func(text string) int {
			return slices.IndexFunc(job.Steps, func(s step) bool { return strings.Contains(s.Run, text) })
		}
		login, deploy := index(`docker --config "$(dirname "$ASSAY_IMAGE_PULL_CONFIG")" login`), index("bin/assay cloud deploy")
		if login < 0 || deploy < login {
			t.Errorf("the docker configuration is written in step %d, the deployment that reads it is step %d", login, deploy)
		}
		remove := index(`"$(dirname "$ASSAY_IMAGE_PULL_CONFIG")"` + "\n")
		if remove < deploy || job.Steps[remove].If != "always()" || !strings.Contains(job.Steps[remove].Run, "rm -rf") {
			t.Errorf("no step that always runs removes the docker configuration")
		}
		for _, step := range job.Steps {
			if path, ok := step.With["path"].(string); ok && strings.Contains(path, filepath.Base(filepath.Dir(config))) {
				t.Error("the docker configuration is kept with the report")
			}
		}
	}
}

// TestOtherMachinesAreCompiledForInEachPullRequest: nobody here has a Mac or an arm64
// machine.
func TestOtherMachinesAreCompiledForInEachPullRequest(t *testing.T) {
	flow := workflows(t)["cross.yml"]
	if _, ok := flow.On["pull_request"]; !ok {
		t.Error("cross.yml does not run for pull requests")
	}
	for _, job := range flow.Jobs {
		emulator := slices.IndexFunc(job.Steps, func(s step) bool { return strings.Contains(s.Run, "qemu-user-static") })
		smoke := slices.IndexFunc(job.Steps, func(s step) bool { return s.Run == "make smoke-arm64" })
		if emulator < 0 || smoke < emulator {
			t.Errorf("the emulator is installed in step %d, the programs start in step %d", emulator, smoke)
		}
	}
	if len(flow.Jobs) == 0 {
		t.Error("cross.yml has no job")
	}
}

// The sweep deletes by stored inventories alone: no flag makes it take more.
func TestSafetyTheSweepWorkflowTakesNoFlags(t *testing.T) {
	swept := false
	for _, job := range workflows(t)["sweep-oke.yml"].Jobs {
		for _, step := range job.Steps {
			if strings.Contains(step.Run, "cloud sweep") {
				swept = true
				if step.Run != "make build && bin/assay cloud sweep" {
					t.Errorf("the sweep is %q", step.Run)
				}
			}
		}
	}
	if !swept {
		t.Error("there is no sweep")
	}
}
