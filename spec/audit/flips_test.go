package audit

import (
	"strings"
	"testing"
	"time"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/document"
)

// flip is a change of the input that makes the verdict on a finding another one than want.
type flip struct {
	id     string
	want   Verdict
	change func(*testing.T, *Input)
}

// quotasFlips are about quotas, the LimitRange and the memory of pods.
func quotasFlips() []flip {
	q := quantityOf
	return []flip{
		{"AUD-001", Proven, func(_ *testing.T, in *Input) {
			l := &in.Platform.LimitRange
			l.DefaultCPURequest, l.DefaultCPULimit, l.DefaultMemoryLimit = q("50m"), q("150m"), q("256Mi")
		}},
		{"AUD-002", Proven, func(_ *testing.T, in *Input) {
			l := &in.Platform.LimitRange
			l.DefaultCPULimit, l.DefaultMemoryRequest, l.DefaultMemoryLimit = q("200m"), q("64Mi"), q("128Mi")
		}},
		{"AUD-003", Proven, func(_ *testing.T, in *Input) { in.Platform.LimitRange.DefaultCPULimit = q("250m") }},
		{"AUD-004", Proven, func(_ *testing.T, in *Input) { in.Platform.Rollout.MaxSurge = "0" }},
		{"AUD-005", Proven, func(_ *testing.T, in *Input) {
			in.Platform.Quotas[0].CPULimit, in.Platform.Quotas[0].MemoryLimit = q("4"), q("8Gi")
		}},
		{"AUD-006", Proven, func(_ *testing.T, in *Input) {
			more := in.Platform.Quotas[3]
			more.Namespace = "ingress-nginx"
			in.Platform.Quotas = append(in.Platform.Quotas, more)
		}},
		{"AUD-007", Refuted, func(_ *testing.T, in *Input) { in.Platform.Deployments[0].Sidecar.CPULimit = q("170m") }},
		{"AUD-008", Proven, func(_ *testing.T, in *Input) { in.Platform.LimitRange.MaxCPU = q("400m") }},
		{"AUD-009", Proven, func(_ *testing.T, in *Input) { in.Platform.LimitRange.MaxMemory = q("512Mi") }},
		{"AUD-010", Proven, func(_ *testing.T, in *Input) {
			in.Platform.Quotas[3].CPULimit, in.Platform.Quotas[3].MemoryLimit = q("1"), q("1Gi")
		}},
		{"AUD-011", Proven, func(_ *testing.T, in *Input) { in.Platform.LimitRange.MaxMemory = q("6Gi") }},
		{"AUD-012", Proven, func(_ *testing.T, in *Input) { in.Platform.Kafka.Heap = q("256Mi") }},
		{"AUD-013", Refuted, func(_ *testing.T, in *Input) { in.Platform.LimitRange.DefaultCPULimit = q("3") }},
	}
}

// machinesFlips are about nodes, networks and OCI.
func machinesFlips() []flip {
	return []flip{
		{"AUD-014", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.OCPUs = 4 }},
		{"AUD-015", Refuted, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.MemoryGB = 7 }},
		{"AUD-016", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.MemoryGB = 12 }},
		{"AUD-017", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.OCPUs = 6 }},
		{"AUD-018", Refuted, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.OCPUs = 1 }},
		{"AUD-019", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.MaxSize = 1 }},
		{"AUD-020", Proven, func(_ *testing.T, in *Input) { in.Platform.Volumes = nil }},
		{"AUD-021", Refuted, func(_ *testing.T, in *Input) { in.Platform.OCI.Subnets[1].CIDRBlock = prefix("10.1.1.0/24") }},
		{"AUD-022", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.NodePool.Subnet = spec.Public }},
		{"AUD-023", Proven, func(_ *testing.T, in *Input) { in.Facts.AlwaysFree.DatabasePrivateEndpoint = true }},
		{"AUD-024", Proven, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, "(Internet, NAT, Service)", "(Internet, NAT)")
		}},
		{"AUD-025", Proven, func(_ *testing.T, in *Input) { in.Platform.Dapr.Components[1].Type = "state.oracledatabase" }},
	}
}

// versionsFlips are about versions, replicas and messages.
func versionsFlips() []flip {
	return []flip{
		{"AUD-026", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.OKECluster.Endpoint.PublicIP = false }},
		{"AUD-027", Proven, func(t *testing.T, in *Input) { in.Document = rewritten(t, "│◄─┼", "│──┼") }},
		{"AUD-028", Proven, func(_ *testing.T, in *Input) { in.Platform.OCI.OKECluster.ExampleVersion = "1.35.0" }},
		{"AUD-029", Proven, func(_ *testing.T, in *Input) { in.Facts.Strimzi.Newest = "0.42" }},
		{"AUD-030", Proven, func(_ *testing.T, in *Input) { in.Facts.ReadOn = in.Platform.Specification.Date }},
		{"AUD-031", Proven, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, "│ dapr-sidecar-injector │", "│ dapr-sidecar-injector │ dapr-sentry │")
		}},
		{"AUD-032", Proven, func(_ *testing.T, in *Input) {
			in.Platform.Kafka.Replicas, in.Platform.Kafka.ZooKeeper.Replicas = 3, 3
			for i := range in.Platform.Topics {
				in.Platform.Topics[i].Replicas = 3
			}
			for i := range in.Platform.Deployments {
				in.Platform.Deployments[i].Replicas = 2
			}
		}},
		{"AUD-033", Refuted, func(_ *testing.T, in *Input) { in.Platform.Kafka.Storage.Type = spec.Ephemeral }},
		{"AUD-034", Proven, func(t *testing.T, in *Input) {
			row := "| reminders | 1 | 7 days | Scheduled reminders |\n"
			in.Document = rewritten(t, row, row+"| reminders-dlq | 1 | 7 days | Dead letters |\n")
		}},
		{"AUD-035", Proven, func(t *testing.T, in *Input) {
			row := "| retention_ms | integer | Message retention |\n"
			in.Document = rewritten(t, row, row+"| ttl_seconds | integer | Time to live (60) |\n")
		}},
		{"AUD-036", Proven, func(_ *testing.T, in *Input) {
			in.Platform.Topics[1].Retention = spec.Duration{Duration: 32 * 24 * time.Hour}
		}},
	}
}

// eventsFlips are about events, drawings and headings.
func eventsFlips() []flip {
	return []flip{
		{"AUD-037", Refuted, func(_ *testing.T, in *Input) { in.Platform.Deployments[3].Replicas = 2 }},
		{"AUD-038", Refuted, func(_ *testing.T, in *Input) {
			m := &in.Platform.Dapr.Components[0].Metadata
			for i := range *m {
				(*m)[i].Value = strings.Replace((*m)[i].Value, "reminders-dlq", "", 1)
			}
		}},
		{"AUD-039", Refuted, func(_ *testing.T, in *Input) { in.Platform.Dapr.Resiliency.MaxRetries = 60 }},
		{"AUD-040", Proven, func(t *testing.T, in *Input) {
			with := "\"id\": \"uuid\",\n  \"datacontenttype\": \"application/json\",\n"
			text := "reminder.scheduled\",\n  \"source\": \"todo-backend\",\n  "
			sync := "task.sync\",\n  \"source\": \"todo-backend\",\n  "
			in.Document = rewritten(t, text+"\"id\": \"uuid\",\n", text+with, sync+"\"id\": \"uuid\",\n", sync+with)
		}},
		{"AUD-041", Proven, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, `"task_snapshot": {}`, `"task_snapshot": {"title": "string"}`)
		}},
		{"AUD-042", Proven, func(_ *testing.T, in *Input) {
			arrows := in.Document.Arrows[in.heading(flowArea)]
			arrows[len(arrows)-1].From = "Consumed"
		}},
		{"AUD-043", Proven, func(_ *testing.T, in *Input) {
			in.Document.Arrows[in.heading(lifecycleArea)] = append(in.Document.Arrows[in.heading(lifecycleArea)],
				document.Arrow{From: "Updating", To: "Failed"}, document.Arrow{From: "Failed", To: "Rolled"})
		}},
		{"AUD-044", Proven, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, "- statestore-postgres ", "- statestore          ", "- secretstore-k8s ", "- kubernetes-secrets ")
		}},
		{"AUD-045", Refuted, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, "task-updates (3p)", "task-updates (5p)")
		}},
		{"AUD-046", Proven, func(_ *testing.T, in *Input) {
			in.Platform.Ingress.Paths = append(in.Platform.Ingress.Paths, spec.Route{Path: "/ws", Service: "websocket-worker", Port: 8004})
		}},
		{"AUD-047", Proven, func(t *testing.T, in *Input) {
			in.Document = rewritten(t, "### 8. Ingress", "### 9. Service\n\n### 8. Ingress")
		}},
		{"AUD-048", Proven, func(t *testing.T, in *Input) {
			doc, err := document.Parse("s.md", "### 3. VCN\n| Attribute | Type | Description |\n|---|---|---|\n| dns_label | string | Label (`todo`) |\n")
			if err != nil {
				t.Fatal(err)
			}
			for _, old := range in.Document.Tables {
				if old.Label != "" {
					doc.Tables = append(doc.Tables, old)
				}
			}
			doc.Sections, doc.Arrows = in.Document.Sections, in.Document.Arrows
			in.Document = doc
		}},
	}
}
