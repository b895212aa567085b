package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	"assay.dev/assay/spec/todo"
)

func TestSurge(t *testing.T) {
	tests := []struct {
		maxSurge string
		replicas int
		want     int
	}{
		{"25%", 1, 1}, {"25%", 4, 1}, {"25%", 5, 2}, {"100%", 3, 3}, {"0%", 7, 0}, {"2", 1, 2}, {"0", 1, 0}, {"", 3, 0},
	}
	for _, test := range tests {
		if got, err := Surge(test.maxSurge, test.replicas); err != nil || got != test.want {
			t.Errorf("%q of %d: %d, %v, want %d", test.maxSurge, test.replicas, got, err, test.want)
		}
	}
	for _, wrong := range []string{"many", "-1", "1.5", "%"} {
		if _, err := Surge(wrong, 1); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

func q(s string) *resource.Quantity {
	parsed := resource.MustParse(s)
	return &parsed
}

// one is a container with the given requests and limits; "" is not stated.
func one(name string, role Role, cpuRequest, cpuLimit, memoryRequest, memoryLimit string) Container {
	c := Container{Name: name, Role: role}
	for _, set := range []struct {
		to   **resource.Quantity
		text string
	}{{&c.CPURequest, cpuRequest}, {&c.CPULimit, cpuLimit}, {&c.MemoryRequest, memoryRequest}, {&c.MemoryLimit, memoryLimit}} {
		if set.text != "" {
			*set.to = q(set.text)
		}
	}
	return c
}

func TestWhatAPodTakes(t *testing.T) {
	const mi = 1 << 20
	tests := []struct {
		name       string
		containers []Container
		want       Amount
	}{
		{"nothing stated: the defaults", []Container{one("a", App, "", "", "", "")},
			Amount{100, 500, 128 * mi, 512 * mi}},
		{"a limit without a request: the request equals it", []Container{one("a", App, "", "70m", "", "64Mi")},
			Amount{70, 70, 64 * mi, 64 * mi}},
		{"a request without a limit: the default limit", []Container{one("a", App, "10m", "", "16Mi", "")},
			Amount{10, 500, 16 * mi, 512 * mi}},
		{"two containers add up", []Container{one("a", App, "10m", "20m", "1Mi", "2Mi"), one("b", App, "30m", "40m", "3Mi", "4Mi")},
			Amount{40, 60, 4 * mi, 6 * mi}},
		{"a native sidecar adds up", []Container{one("s", Sidecar, "10m", "20m", "1Mi", "2Mi"), one("a", App, "30m", "40m", "3Mi", "4Mi")},
			Amount{40, 60, 4 * mi, 6 * mi}},
		{"an init container counts where it takes more", []Container{one("i", Init, "100m", "100m", "1Mi", "1Mi"), one("a", App, "30m", "40m", "3Mi", "4Mi")},
			Amount{100, 100, 3 * mi, 4 * mi}},
		{"an init container runs beside sidecars before it", []Container{
			one("s", Sidecar, "10m", "20m", "1Mi", "2Mi"), one("i", Init, "100m", "100m", "1Mi", "1Mi"), one("a", App, "30m", "40m", "3Mi", "4Mi")},
			Amount{110, 120, 4 * mi, 6 * mi}},
		{"and not beside those after it", []Container{
			one("i", Init, "100m", "100m", "1Mi", "1Mi"), one("s", Sidecar, "10m", "20m", "1Mi", "2Mi"), one("a", App, "30m", "40m", "3Mi", "4Mi")},
			Amount{100, 100, 4 * mi, 6 * mi}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result, err := Feasible(todo.Must().Platform, []Workload{{"kafka", "w", 1, "", test.containers}})
			if err != nil || !result.OK() {
				t.Fatal(err, result.Violations)
			}
			if diff := cmp.Diff(test.want, result.Namespaces[0].Peak); diff != "" {
				t.Errorf("amount (-want +got):\n%s", diff)
			}
		})
	}
}

func TestViolations(t *testing.T) {
	small := one("c", App, "100m", "100m", "100Mi", "100Mi")
	tests := []struct {
		name string
		in   []Workload
		want string
	}{
		{"sum above the quota", []Workload{{"monitoring", "w", 6, "", []Container{small}}},
			"monitoring: requests.cpu of 6 pods is 600m, the quota 250m\nmonitoring: limits.cpu of 6 pods is 600m, the quota 500m\n" +
				"monitoring: requests.memory of 6 pods is 600Mi, the quota 256Mi\nmonitoring: limits.memory of 6 pods is 600Mi, the quota 512Mi"},
		{"steady fits and the rollout does not", []Workload{{"monitoring", "w", 2, "25%", []Container{small}}},
			"monitoring: requests.cpu of 3 pods is 300m, the quota 250m\nmonitoring: requests.memory of 3 pods is 300Mi, the quota 256Mi"},
		{"exactly the quota fits", []Workload{{"monitoring", "w", 1, "", []Container{one("c", App, "250m", "500m", "256Mi", "512Mi")}}}, ""},
		{"above the maximum", []Workload{{"kafka", "w", 1, "", []Container{one("c", App, "1m", "2001m", "1Mi", "2049Mi")}}},
			"kafka/w container c: cpu limit 2001m is above the maximum 2000m\nkafka/w container c: memory limit 2049Mi is above the maximum 2Gi\n" +
				"kafka: limits.cpu of 1 pod is 2001m, the quota 2000m"},
		{"request above the default limit", []Workload{{"kafka", "w", 1, "", []Container{one("c", App, "600m", "", "1Mi", "1Mi")}}},
			"kafka/w container c: cpu request 600m is above its limit 500m"},
		{"no quota, no bound", []Workload{{"chaos-mesh", "w", 9, "", []Container{one("c", App, "4", "4", "9Gi", "9Gi")}}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result, err := Feasible(todo.Must().Platform, test.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, strings.Join(result.Violations, "\n")); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuotaWithoutDefaultsRefusesSilence(t *testing.T) {
	in := fresh(t)
	in.Platform.LimitRange.Namespaces = []string{"todo-app"}
	result, err := Feasible(in.Platform, []Workload{{"kafka", "w", 1, "", []Container{{Name: "c"}}}})
	want := "kafka/w container c: states no cpu and the namespace has a quota without defaults\n" +
		"kafka/w container c: states no memory and the namespace has a quota without defaults"
	if got := strings.Join(result.Violations, "\n"); err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := Feasible(in.Platform, []Workload{{"kafka", "w", 1, "some", nil}}); err == nil {
		t.Error("a maxSurge that cannot be read is accepted")
	}
}

// What platform.yaml deploys fits with every rollout at once: twelve pods of
// two containers in todo-app, and one spare pod beside them.
func TestWhatIsDeployedIsFeasible(t *testing.T) {
	result, err := Feasible(todo.Must().Platform, Workloads(todo.Must().Platform))
	if err != nil || !result.OK() {
		t.Fatal(err, strings.Join(result.Violations, "\n"))
	}
	app := result.Namespaces[0]
	if app.Namespace != "todo-app" || app.PeakPods != 13 || app.Containers != 25 {
		t.Errorf("%s: %d pods, %d containers at most", app.Namespace, app.PeakPods, app.Containers)
	}
}

func TestReservation(t *testing.T) {
	tests := []struct{ ocpus, memoryGB int }{{1, 4}, {2, 8}, {4, 16}}
	wantCPU := []int64{940, 1930, 3920}
	wantMi := []int64{4096 - 1024 - 100, 8192 - 1843 - 100, 16384 - 2662 - 100}
	for i, test := range tests {
		in := fresh(t)
		in.Platform.OCI.NodePool.OCPUs, in.Platform.OCI.NodePool.MemoryGB = test.ocpus, test.memoryGB
		milli, bytes := Allocatable(in.Platform, in.Facts)
		if milli != wantCPU[i] || bytes>>20 < wantMi[i]-1 || bytes>>20 > wantMi[i] {
			t.Errorf("%d OCPUs, %d GB: %dm and %dMi, want %dm and %dMi", test.ocpus, test.memoryGB, milli, bytes>>20, wantCPU[i], wantMi[i])
		}
	}
}

func TestPlacementNamesThePodWithoutRoom(t *testing.T) {
	unplaced, left := place([]pod{{"a", 600, 10}, {"b", 600, 10}, {"c", 400, 10}}, 1, 1000, 100)
	if len(unplaced) != 1 || unplaced[0].name != "b" || left[0].milli != 0 || left[0].memory != 80 {
		t.Errorf("unplaced %v, left %v", unplaced, left)
	}
	if unplaced, _ := place([]pod{{"a", 600, 10}, {"b", 600, 10}}, 2, 1000, 100); len(unplaced) != 0 {
		t.Errorf("unplaced on two nodes: %v", unplaced)
	}
}
