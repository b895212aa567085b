package conformance_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/conformance"
	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/experiment"
	"assay.dev/assay/harness/fault"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo/todotest"
	"assay.dev/assay/suites/chaos"
	"assay.dev/assay/suites/quotas"
)

// caseEnv holds the options of the run that TestOne makes, as JSON.
const caseEnv = "CONFORMANCE_TEST_CASE"

// one are the options of a run in a process of its own, and how it ended.
type one struct {
	Spec, Focus, Labels, Platform, ReportDir string
	Chaos                                    bool // the suite, instead of quotas
	Kubeconfig                               string
	DryRun, Twice                            bool
	Nowhere                                  bool // outside of any module
}

type ended struct {
	conformance.Report
	Failed bool
	Error  string
}

// TestOne makes the run of a process that alone has started.
func TestOne(t *testing.T) {
	text := os.Getenv(caseEnv)
	if text == "" {
		t.Skip("TestRun starts it")
	}
	var o one
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	options := conformance.Options{Focus: o.Focus, Labels: o.Labels, Platform: o.Platform, ReportDir: o.ReportDir, DryRun: o.DryRun}
	if o.Kubeconfig != "" {
		options.Kubeconfig, options.ClusterUID = o.Kubeconfig, "u"
	}
	if o.Spec != "" {
		options.Spec = os.DirFS(o.Spec)
	}
	suite := quotas.Suite
	if o.Chaos {
		suite = chaos.Suite
	}
	var failed failing
	report := conformance.Run(&failed, suite, options)
	if o.Twice {
		report = conformance.Run(&failed, suite, options)
	}
	end := ended{Report: *report, Failed: failed.failed}
	if report.Err != nil {
		end.Error, end.Err = report.Err.Error(), nil
	}
	if err := json.NewEncoder(os.NewFile(3, "result")).Encode(end); err != nil {
		t.Fatal(err)
	}
}

// alone runs in a process of its own, in an empty module.
func alone(t *testing.T, o one, environment []string, flags ...string) ended {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	result, err := os.Create(filepath.Join(t.TempDir(), "result"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	command := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestOne$", "-ginkgo.no-color"}, flags...)...)
	command.Dir = t.TempDir()
	if !o.Nowhere {
		if err := os.WriteFile(filepath.Join(command.Dir, "go.mod"), []byte("module empty\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command.Env = append(append(os.Environ(), caseEnv+"="+string(text), source.Env+"=", run.DirEnv+"=", run.HolderEnv+"="), environment...)
	command.ExtraFiles = []*os.File{result}
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	content, err := os.ReadFile(result.Name())
	if err != nil {
		t.Fatal(err)
	}
	var end ended
	if err := json.Unmarshal(content, &end); err != nil {
		t.Fatalf("%v: %s", err, content)
	}
	return end
}

func (e ended) ids() string {
	var ids []string
	for _, r := range e.Requirements {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

func TestRun(t *testing.T) {
	less, changed := todotest.Copy(t, monitored, ""), todotest.Copy(t, "{namespace: kafka, cpuRequest: 1000m", "{namespace: kafka, cpuRequest: 1001m")
	by := source.Env + "=" + less
	all := alone(t, one{DryRun: true}, nil)
	if all.Failed || all.Error != "" || all.Verdict != conformance.Undecided || !strings.Contains(all.ids(), "quota.monitoring.cpu-requests") || all.Dir != "" {
		t.Errorf("a dry run by the reference: %+v", all)
	}
	for _, r := range all.Requirements {
		if r.Result != conformance.NotRun || r.Sentence == "" || r.Level == "" {
			t.Errorf("%+v", r)
		}
	}
	if got := alone(t, one{DryRun: true}, []string{by}); strings.Contains(got.ids(), "monitoring.cpu-requests") || got.Error != "" {
		t.Errorf("the environment names no specification: %s %s", got.ids(), got.Error)
	}
	got := alone(t, one{DryRun: true, Spec: changed, Focus: "quota.kafka.cpu-requests"}, []string{by})
	if len(got.Requirements) != 1 || !strings.Contains(got.Requirements[0].Sentence, "1001m") {
		t.Errorf("the option is not before the environment: %+v", got)
	}
	if got := alone(t, one{DryRun: true, Labels: "/^quota\\.kafka\\./"}, nil, "-ginkgo.label-filter=/cpu-limits$/"); got.ids() != "quota.kafka.cpu-limits" {
		t.Errorf("both filters select %q", got.ids())
	}
	if got := alone(t, one{DryRun: true, Focus: "no check is called so"}, nil); !got.Failed || !strings.Contains(got.Error, "no check of the suite quotas is selected") {
		t.Errorf("nothing is selected: %+v", got)
	}
	if got := alone(t, one{Platform: "nobody", ReportDir: "runs"}, nil); !got.Failed || !strings.Contains(got.Error, "no platform is up") || got.Verdict != conformance.Undecided {
		t.Errorf("without a platform: %+v", got)
	}
	if got := alone(t, one{Nowhere: true}, nil); !strings.Contains(got.Error, "conformance.Options.Checkout") {
		t.Errorf("outside of a checkout: %+v", got)
	}
	cluster := kubeconfig(t, map[string]any{"token": "t"})
	if got := alone(t, one{Nowhere: true, Kubeconfig: cluster}, nil); !got.Failed || strings.Contains(got.Error, "checkout") || !strings.Contains(got.Error, cluster) {
		t.Errorf("a cluster needs a checkout: %+v", got)
	}
	if got := alone(t, one{DryRun: true, Twice: true}, nil); !got.Failed || !strings.Contains(got.Error, expect.ErrRerun.Error()) {
		t.Errorf("twice in a process: %+v", got)
	}
}

// TestAFaultThatIsDataIsPlanned selects the experiment with a fault that is a manifest by its
// name, as that of any other fault.
func TestAFaultThatIsDataIsPlanned(t *testing.T) {
	manifest := "{apiVersion: chaos-mesh.org/v1alpha1, kind: PodChaos, spec: {action: pod-kill, mode: all, selector: {namespaces: [todo-app], labelSelectors: {a: b}}}}"
	dir := todotest.Fault(t, "  - {name: no-auditor, what: The auditor is killed, manifest: faults/kill.yaml, target: {role: application, name: audit-worker}, "+
		"proof: {witness: pod-replaced}, group: applications, kubernetesReady: 61s, eventsFlowing: 90s}\n", "kill.yaml", manifest)
	got := alone(t, one{Chaos: true, DryRun: true, Spec: dir, Focus: "no-auditor"}, nil)
	if got.ids() != "fault.no-auditor" || !strings.HasPrefix(got.Requirements[0].Sentence, "The auditor is killed: the platform MUST") {
		t.Errorf("%+v", got)
	}
	s, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if objective := experiment.Rules(s).Objectives["no-auditor"]; objective.KubernetesReady != 61*time.Second {
		t.Errorf("judged by %+v", objective)
	}
	able, err := experiment.Composable(t.Context(), &fault.Lab{Spec: s})
	if err != nil || !slices.Contains(able, "no-auditor") || experiment.Groups(s)("no-auditor") != "applications" {
		t.Errorf("schedules are made of %v, %v", able, err)
	}
}

// TestASuiteOfAnotherProcessTakesPartInItsRun starts a suite as `assay test` does: what the
// options select is not what that command has selected, and who has started it reports.
func TestASuiteOfAnotherProcessTakesPartInItsRun(t *testing.T) {
	parent := []string{run.DirEnv + "=" + t.TempDir(), run.HolderEnv + "=1", platform.NameEnv + "=nobody"}
	got := alone(t, one{DryRun: true, Focus: "quota.kafka.cpu-limits"}, parent, "-ginkgo.label-filter=quota.kafka.memory-limits")
	if got.ids() != "quota.kafka.memory-limits" {
		t.Errorf("it selects %q", got.ids())
	}
	if got := alone(t, one{Platform: "nobody"}, parent); !got.Failed || got.Error != "" || len(got.Requirements) > 0 {
		t.Errorf("it reports by itself: %+v", got)
	}
}
