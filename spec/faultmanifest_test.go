package spec_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo/todotest"
)

// The row of a fault that is data, and its manifest.
const (
	cpuRow = `name: audit-cpu, what: The auditor's processor is busy, manifest: faults/audit-cpu.yaml, target: {role: application, name: audit-worker, pods: 1}, ` +
		`proof: {witness: cpu-throttled}, group: applications, kubernetesReady: 60s, eventsFlowing: 90s, hold: 20s`
	cpuManifest = `apiVersion: chaos-mesh.org/v1alpha1
kind: StressChaos
metadata:
  name: any
spec:
  mode: one
  selector:
    namespaces: [todo-app]
    labelSelectors: {app: audit-worker}
  containerNames: [audit-worker]
  stressors:
    cpu: {workers: 1}
  duration: 5m
`
	cutRow = `name: audit-cut, what: The auditor is cut off from its state, manifest: faults/audit-cpu.yaml, target: {role: application, name: audit-worker}, ` +
		`peer: {role: infrastructure, name: postgresql, port: 5432}, proof: {witness: connection-failed}, group: state-store, kubernetesReady: 60s, eventsFlowing: 90s, hold: 20s`
	cutManifest = `apiVersion: chaos-mesh.org/v1alpha1
kind: NetworkChaos
spec:
  action: partition
  mode: all
  selector:
    namespaces: [todo-app]
    labelSelectors: {app: audit-worker}
  direction: to
  target:
    mode: all
    selector:
      namespaces: [postgresql]
      labelSelectors: {app: postgresql}
  duration: 2m
`
)

// withFault is a copy of the reference with one more fault, and its manifest if that is not
// empty.
func withFault(t *testing.T, row, manifest string) string {
	t.Helper()
	return todotest.Fault(t, "  - {"+row+"}\n", "audit-cpu.yaml", manifest)
}

// TestAManifestIsAFault reads a fault that is data: it has a requirement like any other, and
// what it hits and how long is known.
func TestAManifestIsAFault(t *testing.T) {
	s, err := source.Open(withFault(t, cpuRow, cpuManifest))
	if err != nil {
		t.Fatal(err)
	}
	r, ok := s.Lookup("fault.audit-cpu")
	if !ok || r.Suite != spec.Chaos || !strings.HasPrefix(r.Sentence, "The auditor's processor is busy: the platform MUST be Ready again") {
		t.Errorf("%+v", r)
	}
	f := s.Fault("audit-cpu")
	if f.Chaos == nil || f.Chaos.Kind != "StressChaos" || f.Chaos.Duration.Minutes() != 5 || f.Requirement != r.ID || f.Proof.Witness != spec.CPUThrottled {
		t.Errorf("%+v", f)
	}
	s, err = source.Open(withFault(t, cutRow, cutManifest))
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Fault("audit-cut"); !f.Chaos.HasPeer() || f.Chaos.Action != "partition" {
		t.Errorf("%+v", f.Chaos)
	}
}

// inFile is one problem with file and line.
var inFile = regexp.MustCompile(`(platform|faults/audit-cpu)\.yaml:\d+: `)

// TestAWrongManifestIsOneError changes one thing of a fault that is data at a time: what is
// wrong is said once, with file and line.
func TestAWrongManifestIsOneError(t *testing.T) {
	row := func(from, to string) func(string, string) (string, string) {
		return func(r, m string) (string, string) { return replaceOnce(t, r, from, to), m }
	}
	manifest := func(from, to string) func(string, string) (string, string) {
		return func(r, m string) (string, string) { return r, replaceOnce(t, m, from, to) }
	}
	for name, tc := range map[string]struct {
		change func(row, manifest string) (string, string)
		want   string
	}{
		"wrong kind":                {manifest("kind: StressChaos", "kind: Schedule"), `yaml:2: kind: "Schedule" is no fault`},
		"a kind of a node":          {manifest("kind: StressChaos", "kind: KernelChaos"), `yaml:2: kind: "KernelChaos"`},
		"no Chaos Mesh":             {manifest("chaos-mesh.org/v1alpha1", "v1"), `yaml:1: apiVersion: "v1"; want chaos-mesh.org/v1alpha1`},
		"unknown field":             {manifest("  mode: one", "  mode: one\n  modus: one"), `yaml:7: spec.modus: unknown field`},
		"unknown field below":       {manifest("{workers: 1}", "{worker: 1}"), `yaml:12: spec.stressors.cpu.worker: unknown field`},
		"wrong type":                {manifest("{workers: 1}", "{workers: many}"), `yaml:12: spec.stressors.cpu.workers: it has the wrong type, want int`},
		"a key twice":               {manifest("  mode: one", "  mode: one\n  mode: all"), `yaml:7: key "mode" already`},
		"no YAML":                   {manifest("spec:", "spec: {"), "yaml:"},
		"two documents":             {manifest("  duration: 5m\n", "  duration: 5m\n---\nkind: X\n"), "several documents"},
		"a namespace without":       {manifest("[todo-app]", "[monitoring]"), `yaml:8: spec.selector.namespaces[0]: "monitoring" allows no faults`},
		"one namespace more":        {manifest("[todo-app]", "[todo-app, kube-system]"), `spec.selector.namespaces[1]: "kube-system" allows no faults`},
		"another's namespace":       {manifest("[todo-app]", "[kafka]"), `"kafka" has no pod of the application audit-worker; use todo-app`},
		"all namespaces":            {manifest("    namespaces: [todo-app]\n", ""), "spec.selector.namespaces: name them"},
		"named pods elsewhere":      {manifest("    namespaces: [todo-app]\n", "    pods: {kube-system: [a]}\n"), `spec.selector.pods: "kube-system" allows no faults`},
		"a node":                    {manifest("    namespaces", "    nodes: [node-1]\n    namespaces"), "spec.selector.nodes: choose pods by"},
		"no duration":               {manifest("  duration: 5m\n", ""), "spec.duration: it is missing"},
		"too long":                  {manifest("duration: 5m", "duration: 24h"), "spec.duration: 24h0m0s is more than 15m0s"},
		"too short":                 {manifest("duration: 5m", "duration: 30s"), "spec.duration: 30s is less than hold and timeouts.faultEffect together"},
		"no length of time":         {manifest("duration: 5m", "duration: long"), `yaml:13: spec.duration: "long" is no length of time`},
		"more pods":                 {manifest("mode: one", "mode: all"), "yaml:6: spec.mode: it may hit more than the 1 pods of faults[audit-cpu].target"},
		"two pods":                  {manifest("mode: one", "mode: fixed\n  value: \"2\""), "spec.mode: it may hit more than the 1 pods"},
		"a share of the pods":       {manifest("mode: one", "mode: fixed-percent\n  value: \"50\""), `spec.mode: "fixed-percent"; use all, one or fixed`},
		"another container":         {manifest("[audit-worker]", "[daprd]"), `spec.containerNames: ["daprd"]; the container of the target is audit-worker`},
		"no container":              {manifest("  containerNames: [audit-worker]\n", ""), "spec.containerNames: []; the container of the target is audit-worker"},
		"another cluster":           {manifest("  mode: one", "  mode: one\n  remoteCluster: other"), "spec.remoteCluster: a fault does not reach another cluster"},
		"paused":                    {manifest("  name: any", "  annotations: {a: b}"), "metadata.annotations: leave it out"},
		"no stress":                 {manifest("  stressors:\n    cpu: {workers: 1}\n", ""), "yaml:5: spec: missing stressors"},
		"unknown witness":           {row("cpu-throttled", "cpu-heat"), `"cpu-heat" is no witness; use one of pod-replaced, `},
		"no witness":                {row(", proof: {witness: cpu-throttled}", ""), "faults[audit-cpu].proof: set witness, by which the effect is observed"},
		"a witness of other things": {row("cpu-throttled", "pod-replaced"), "faults[audit-cpu].proof.witness: pod-replaced does not see what StressChaos does; use one of cpu-throttled, memory-used"},
		"a witness without a bound": {row("cpu-throttled", "memory-used"), "faults[audit-cpu].proof.least: the witness memory-used counts from"},
		"no file":                   {row("manifest: faults/audit-cpu.yaml", "manifest: faults/none.yaml"), "faults[audit-cpu].manifest: open faults/none.yaml"},
		"a file outside":            {row("manifest: faults/audit-cpu.yaml", "manifest: ../audit-cpu.yaml"), `faults[audit-cpu].manifest: "../audit-cpu.yaml" is no path`},
		"action and manifest":       {row("manifest: ", "action: cpu-stress, manifest: "), "faults[audit-cpu].manifest: it has the action cpu-stress, too"},
		"neither":                   {row("manifest: faults/audit-cpu.yaml, ", ""), "faults[audit-cpu]: it does nothing"},
		"no target":                 {row("target: {role: application, name: audit-worker, pods: 1}, ", ""), "faults[audit-cpu].target: name the pods"},
		"no hold":                   {row(", hold: 20s", ""), "faults[audit-cpu]: StressChaos lasts: set hold"},
		"a sentence without a what": {row("what: The auditor's processor is busy, ", ""), "faults[audit-cpu]: assay has no fault of this name"},
	} {
		t.Run(name, func(t *testing.T) { wrong(t, tc.change, cpuRow, cpuManifest, tc.want) })
	}
	for name, tc := range map[string]struct {
		change func(row, manifest string) (string, string)
		want   string
	}{
		"no peer":                 {row("peer: {role: infrastructure, name: postgresql, port: 5432}, ", ""), "faults[audit-cut].peer: the witness connection-failed looks at the way"},
		"a peer without a port":   {row(", port: 5432", ""), "faults[audit-cut].peer.port: "},
		"a peer in another place": {manifest("[postgresql]", "[kafka]"), `yaml:13: spec.target.selector.namespaces[0]: "kafka" has no pod of the infrastructure postgresql`},
		"an unknown action":       {manifest("action: partition", "action: meteorite"), `yaml:4: spec.action: "meteorite"; use one of partition, delay`},
		"no action":               {manifest("  action: partition\n", ""), `spec.action: ""; use one of`},
	} {
		t.Run(name, func(t *testing.T) { wrong(t, tc.change, cutRow, cutManifest, tc.want) })
	}
}

// wrong loads a changed fault and wants one error.
func wrong(t *testing.T, change func(string, string) (string, string), row, manifest, want string) {
	t.Helper()
	changed, text := change(row, manifest)
	_, err := source.Open(withFault(t, changed, text))
	if err == nil {
		t.Fatal("it was taken")
	}
	if lines := strings.Split(strings.TrimSpace(err.Error()), "\n"); len(lines) != 1 {
		t.Errorf("%d errors:\n%v", len(lines), err)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	if !inFile.MatchString(err.Error()) {
		t.Errorf("%q names no file and line", err)
	}
}

func replaceOnce(t *testing.T, text, from, to string) string {
	t.Helper()
	if strings.Count(text, from) != 1 {
		t.Fatalf("%q stands %d times in\n%s", from, strings.Count(text, from), text)
	}
	return strings.Replace(text, from, to, 1)
}

// TestTheDocumentedFaultIsOne loads the worked example of docs/spec.md as it stands there.
func TestTheDocumentedFaultIsOne(t *testing.T) {
	text, err := os.ReadFile("../docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## A fault of your own\n")
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(section, -1) {
		blocks = append(blocks, block[1])
	}
	if len(blocks) != 2 || !strings.HasPrefix(blocks[0], "faults:\n") {
		t.Fatalf("docs/spec.md has %q", blocks)
	}
	s, err := source.Open(todotest.Fault(t, strings.TrimPrefix(blocks[0], "faults:\n"), "auditor-cut-off.yaml", blocks[1]))
	if err != nil {
		t.Fatal(err)
	}
	if f := s.Fault("auditor-cut-off"); f.Chaos == nil || f.Requirement != "fault.auditor-cut-off" {
		t.Errorf("%+v", f)
	}
	for _, witness := range spec.Witness("").Values() {
		if !strings.Contains(string(text), "\n| `"+witness+"` |") {
			t.Errorf("docs/spec.md does not say what %s sees", witness)
		}
	}
}

// TestAManifestIsAFaultOfAnotherPlatform adds a fault that is data to the second
// specification: one of the two pods of an API is busy.
func TestAManifestIsAFaultOfAnotherPlatform(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.CopyFS(dir, os.DirFS("../testdata/shop")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, spec.PlatformFile)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	row := strings.NewReplacer("audit-cpu", "order-cpu", "audit-worker", "order-api").Replace(cpuRow)
	manifest := strings.NewReplacer("audit-worker", "order-api", "todo-app", "shop").Replace(cpuManifest)
	text := replaceOnce(t, string(raw), "\nfaults:\n", "\nfaults:\n  - {"+row+"}\n")
	if err := os.MkdirAll(filepath.Join(dir, "faults"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{spec.PlatformFile: text, "faults/order-cpu.yaml": manifest} {
		_ = os.Remove(filepath.Join(dir, name)) // the copy may be read-only
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Lookup("fault.order-cpu"); !ok || s.Fault("order-cpu").Chaos == nil {
		t.Errorf("%+v", s.Fault("order-cpu"))
	}
}
