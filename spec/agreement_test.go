package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/spec/document"
)

// The values of platform.yaml that SPEC.md states are those of SPEC.md.
func TestPlatformAgreesWithTheTables(t *testing.T) {
	doc, p := parseSpec(t, "", ""), reference(t)
	rows := func(section, label string) [][]string {
		table, ok := doc.Table(section, label)
		if !ok {
			t.Fatalf("SPEC.md has no table %s %s", section, label)
		}
		return table.Rows
	}
	got := map[string][][]string{}
	for _, topic := range p.SpecifiedTopics() {
		days := fmt.Sprintf("%d days", int(topic.Retention.Hours()/24))
		got["topics"] = append(got["topics"], []string{topic.Name, strconv.Itoa(topic.Partitions), days, topic.Purpose})
	}
	for _, c := range p.Dapr.Components {
		got["components"] = append(got["components"], []string{c.Name, c.Type, c.Purpose})
	}
	for _, d := range p.Deployments {
		got["deployments"] = append(got["deployments"], []string{d.Name, d.Namespace, d.Dapr.AppID, strconv.Itoa(d.Dapr.AppPort)})
	}
	for _, r := range p.Ingress.Paths {
		got["routing"] = append(got["routing"], []string{r.Path, r.Service, strconv.Itoa(r.Port)})
	}
	for _, q := range p.Quotas {
		got["quotas"] = append(got["quotas"], []string{q.Namespace,
			millis(q.CPURequest), millis(q.CPULimit), q.MemoryRequest.String(), q.MemoryLimit.String()})
	}
	l := p.LimitRange
	got["limits"] = [][]string{
		{"Default CPU Request", millis(l.DefaultCPURequest)}, {"Default CPU Limit", millis(l.DefaultCPULimit)},
		{"Default Memory Request", l.DefaultMemoryRequest.String()}, {"Default Memory Limit", l.DefaultMemoryLimit.String()},
		{"Max CPU", millis(l.MaxCPU)}, {"Max Memory", l.MaxMemory.String()},
	}
	want := map[string][][]string{
		"topics":      rows("5. Kafka Topic", "Topics"),
		"components":  rows("6. Dapr Component", "Components"),
		"deployments": rows("7. Kubernetes Deployment", "Deployments"),
		"routing":     rows("8. Ingress", "Routing"),
		"quotas":      rows("Namespace Resource Quotas", ""),
		"limits":      rows("Container Defaults (LimitRange)", ""),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("platform.yaml differs from SPEC.md (-SPEC.md +platform.yaml):\n%s", diff)
	}
}

// millis writes a quantity as SPEC.md does, in millicores even above one core.
func millis(q Quantity) string { return fmt.Sprintf("%dm", q.Milli()) }

// SPEC.md writes the value of an attribute into its description: in backticks,
// or as the last thing in parentheses.
var (
	quoted = regexp.MustCompile("`([^`]+)`")
	inside = regexp.MustCompile(`\(([^()]+)\)$`)
)

func attribute(t *testing.T, doc *document.Document, section, name string) []string {
	t.Helper()
	table, ok := doc.Table(section, "")
	if !ok {
		t.Fatalf("SPEC.md has no attributes in %s", section)
	}
	for _, row := range table.Rows {
		if row[0] != name {
			continue
		}
		var values []string
		for _, m := range quoted.FindAllStringSubmatch(row[2], -1) {
			values = append(values, m[1])
		}
		if m := inside.FindStringSubmatch(row[2]); m != nil && len(values) == 0 {
			values = append(values, m[1])
		}
		return values
	}
	t.Fatalf("%s has no attribute %s", section, name)
	return nil
}

func TestPlatformAgreesWithTheAttributes(t *testing.T) {
	doc, p := parseSpec(t, "", ""), reference(t)
	pool := p.OCI.NodePool
	tests := []struct {
		section, name string
		want          string
	}{
		{"1. OKE Cluster", "name", p.OCI.OKECluster.Name},
		{"1. OKE Cluster", "kubernetes_version", p.OCI.OKECluster.ExampleVersion},
		{"2. Node Pool", "name", pool.Name},
		{"2. Node Pool", "shape", pool.Shape},
		{"2. Node Pool", "ocpus", strconv.Itoa(pool.OCPUs)},
		{"2. Node Pool", "memory_gb", strconv.Itoa(pool.MemoryGB)},
		{"2. Node Pool", "size", fmt.Sprintf("%d-%d", pool.MinSize, pool.MaxSize)},
		{"2. Node Pool", "boot_volume_size_gb", strconv.Itoa(pool.BootVolumeGB)},
		{"3. VCN", "name", p.OCI.VCN.Name},
		{"3. VCN", "cidr_block", p.OCI.VCN.CIDRBlock.String()},
		{"4. Kafka Cluster (Strimzi)", "name", p.Kafka.Name},
		{"4. Kafka Cluster (Strimzi)", "version", p.Kafka.Version},
		{"4. Kafka Cluster (Strimzi)", "replicas", strconv.Itoa(p.Kafka.Replicas)},
		{"4. Kafka Cluster (Strimzi)", "storage_type", string(p.Kafka.Storage.Type)},
		{"4. Kafka Cluster (Strimzi)", "listener_type", string(p.Kafka.Listener.Type)},
		{"5. Kafka Topic", "replicas", strconv.Itoa(p.Topics[0].Replicas)},
	}
	for _, test := range tests {
		if values := attribute(t, doc, test.section, test.name); !slices.Contains(values, test.want) {
			t.Errorf("%s %s: SPEC.md says %v, platform.yaml %q", test.section, test.name, values, test.want)
		}
	}
}

func TestPlatformAgreesWithTheDrawings(t *testing.T) {
	doc, p := parseSpec(t, "", ""), reference(t)
	layout := doc.Texts("Kubernetes Namespace Layout")
	var want []string
	for _, n := range p.Namespaces {
		want = append(want, "Namespace: "+n.Name)
	}
	var got []string
	for _, text := range layout {
		if strings.HasPrefix(text, "Namespace: ") {
			got = append(got, text)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("namespaces (-platform.yaml +SPEC.md):\n%s", diff)
	}
	for _, s := range p.Dapr.ControlPlane {
		if slices.Contains(layout, s.Name) != s.Drawn {
			t.Errorf("%s: drawn is %v in platform.yaml and not in SPEC.md", s.Name, s.Drawn)
		}
	}
	var partitions []string
	for _, topic := range p.SpecifiedTopics() {
		partitions = append(partitions, fmt.Sprintf("%s (%dp)", topic.Name, topic.Partitions))
	}
	if line := "Topics: " + strings.Join(partitions, ", "); !slices.Contains(layout, line) {
		t.Errorf("the layout has no %q", line)
	}
	erd := doc.Texts("Entity Relationship Diagram")
	for _, s := range p.OCI.Subnets {
		if text := "(" + s.CIDRBlock.String() + ")"; !slices.Contains(erd, text) {
			t.Errorf("the entity diagram has no subnet %s", text)
		}
	}
}

func TestPlatformAgreesWithTheEvents(t *testing.T) {
	doc, p := parseSpec(t, "", ""), reference(t)
	sections := map[string]string{
		"task-event": "Task Event", "reminder-event": "Reminder Event",
		"task-update-event": "Task Update Event (Real-time)",
	}
	for _, e := range p.Events {
		members := doc.Members(sections[e.Family])
		if got := strings.Join(e.Types, "|"); got != members["type"] {
			t.Errorf("%s: types %q, SPEC.md says %q", e.Family, got, members["type"])
		}
		if e.Source != members["source"] {
			t.Errorf("%s: source %q, SPEC.md says %q", e.Family, e.Source, members["source"])
		}
	}
	head := map[string]string{}
	for _, c := range doc.Cells {
		if c.Kind == document.Field {
			head[c.Key] = c.Text
		}
	}
	if p.Specification.Feature != head["Feature"] || p.Specification.Date.String() != head["Date"] {
		t.Errorf("platform.yaml is for %s of %s, SPEC.md for %s of %s",
			p.Specification.Feature, p.Specification.Date, head["Feature"], head["Date"])
	}
}
