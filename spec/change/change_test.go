package change

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// changed is a copy of the reference specification with texts of platform.yaml replaced.
func changed(t *testing.T, pairs ...string) *spec.Spec {
	t.Helper()
	s, err := source.Open(todotest.Copy(t, pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// One number of a table changes the requirement that is made of it, and no other.
func TestOneNumberChangesItsRequirementAlone(t *testing.T) {
	for _, test := range []struct{ old, new, requirement, value, table string }{
		{"{name: task-events, partitions: 3,", "{name: task-events, partitions: 5,", "topic.task-events.partitions", "topics[task-events].partitions", "topics"},
		{"{name: reminders, partitions: 1, replicas: 1, retention: 168h,", "{name: reminders, partitions: 1, replicas: 1, retention: 72h,", "topic.reminders.retention", "topics[reminders].retention", "topics"},
		{"{namespace: kafka, cpuRequest: 1000m,", "{namespace: kafka, cpuRequest: 1100m,", "quota.kafka.cpu-requests", "quotas[kafka].cpuRequest", "quotas"},
		{"  defaultCpuLimit: 500m", "  defaultCpuLimit: 400m", "limits.default-cpu-limit", "limitRange.defaultCpuLimit", "limitRange"},
		{"    bootVolumeGB: 50", "    bootVolumeGB: 60", "node-pool.boot-volume", "oci.nodePool.bootVolumeGB", "oci"},
	} {
		c, err := Of(todo.Must(), changed(t, test.old, test.new))
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Requirements) != 1 || c.Requirements[0].Name != test.requirement {
			t.Errorf("%s: %+v", test.new, c.Requirements)
		}
		if len(c.Values) != 1 || c.Values[0].Name != test.value {
			t.Errorf("%s: %+v", test.new, c.Values)
		}
		if len(c.Deployed) != 1 || c.Deployed[0].Name != test.table {
			t.Errorf("%s: %+v", test.new, c.Deployed)
		}
	}
}

func TestCost(t *testing.T) {
	c, err := Of(todo.Must(), changed(t, "    ocpus: 2", "    ocpus: 4"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Change{{"OCPUs", "2", "4"}}, c.Cost); diff != "" {
		t.Error(diff)
	}
}

func TestNothing(t *testing.T) {
	c, err := Of(todo.Must(), changed(t))
	if err != nil || len(c.Requirements)+len(c.Values)+len(c.Deployed)+len(c.Cost) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestAManifestsValueIsAValue changes how long a fault lasts that is a manifest.
func TestAManifestsValueIsAValue(t *testing.T) {
	const row = "  - {name: cut, what: A cut, manifest: faults/cut.yaml, target: {role: application, name: audit-worker}, " +
		"proof: {witness: name-unresolved}, group: alone, kubernetesReady: 60s, eventsFlowing: 90s, hold: 20s}\n"
	var specs []*spec.Spec
	for _, duration := range []string{"5m", "6m"} {
		s, err := source.Open(todotest.Fault(t, row, "cut.yaml", "{apiVersion: chaos-mesh.org/v1alpha1, kind: NetworkChaos, spec: {action: partition, mode: all, "+
			"selector: {namespaces: [todo-app], labelSelectors: {a: b}}, duration: "+duration+"}}"))
		if err != nil {
			t.Fatal(err)
		}
		specs = append(specs, s)
	}
	c, err := Of(specs[0], specs[1])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Change{{"faults[cut].manifest.spec.duration", "5m", "6m"}}, c.Values); diff != "" || len(c.Requirements) > 0 {
		t.Error(diff, c.Requirements)
	}
}
