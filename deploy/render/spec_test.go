package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"assay.dev/assay/spec"
)

// named returns the object of that kind and name, or fails.
func named(t *testing.T, objects []unstructured.Unstructured, kind, namespace, name string) unstructured.Unstructured {
	t.Helper()
	for _, object := range objects {
		if object.GetKind() == kind && object.GetNamespace() == namespace && object.GetName() == name {
			return object
		}
	}
	t.Fatalf("there is no %s %s/%s", kind, namespace, name)
	return unstructured.Unstructured{}
}

// at returns a field of an object; numbers are float64.
func at(object unstructured.Unstructured, path ...string) any {
	value, _, _ := unstructured.NestedFieldNoCopy(object.Object, path...)
	return value
}

func TestNamespacesMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		for _, want := range p.Namespaces {
			namespace := named(t, objects, "Namespace", "", want.Name)
			got := namespace.GetLabels()["pod-security.kubernetes.io/enforce"]
			if got != string(want.PodSecurity) {
				t.Errorf("%s enforces %s, want %s", want.Name, got, want.PodSecurity)
			}
			if injects := namespace.GetAnnotations()["chaos-mesh.org/inject"] == "enabled"; injects != want.Faults {
				t.Errorf("%s: faults may be injected: %v, want %v", want.Name, injects, want.Faults)
			}
		}
		for _, row := range p.Infrastructure {
			namespace := named(t, objects, "Namespace", "", row.Namespace)
			if row.Role == spec.RoleChaosDaemon && namespace.GetAnnotations()["chaos-mesh.org/inject"] != "" {
				t.Errorf("faults may be injected into %s, which injects them", row.Namespace)
			}
		}
	})
}

func TestKafkaMatchesTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := p.Kafka
		storageType := map[spec.StorageType]string{spec.Persistent: "persistent-claim", spec.Ephemeral: "ephemeral"}[want.Storage.Type]
		kafka := named(t, objects, "Kafka", want.Namespace, want.Name)
		for _, field := range []struct {
			path []string
			want any
		}{
			{[]string{"spec", "kafka", "version"}, want.Version},
			{[]string{"spec", "kafka", "replicas"}, float64(want.Replicas)},
			{[]string{"spec", "kafka", "storage", "type"}, storageType},
			{[]string{"spec", "kafka", "config", "auto.create.topics.enable"}, want.AutoCreateTopics},
			{[]string{"spec", "kafka", "config", "log.retention.check.interval.ms"}, float64(want.RetentionCheck.Milliseconds())},
			{[]string{"spec", "zookeeper", "replicas"}, float64(want.ZooKeeper.Replicas)},
			{[]string{"spec", "zookeeper", "storage", "type"}, storageType},
			{[]string{"spec", "kafka", "listeners"}, []any{map[string]any{
				"name": want.Listener.Name, "port": float64(want.Listener.Port),
				"type": string(want.Listener.Type), "tls": want.Listener.TLS,
				"networkPolicyPeers": []any{map[string]any{"namespaceSelector": map[string]any{
					"matchLabels": map[string]any{corev1.LabelMetadataName: p.Deployments[0].Namespace},
				}}},
			}}},
		} {
			if diff := cmp.Diff(field.want, at(kafka, field.path...)); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", strings.Join(field.path, "."), diff)
			}
		}
		heap, _ := at(kafka, "spec", "kafka", "jvmOptions", "-Xmx").(string)
		if spec.MustQuantity(strings.ToUpper(heap)+"i").Bytes() != want.Heap.Bytes() {
			t.Errorf("the heap is %s, want %s", heap, want.Heap)
		}
	})
}

func TestTopicsMatchTheSpec(t *testing.T) {
	type topic struct {
		Partitions, Replicas, RetentionMs any
		Cluster                           string
	}
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := map[string]topic{}
		for _, specified := range p.Topics {
			want[specified.Name] = topic{
				float64(specified.Partitions), float64(specified.Replicas), float64(specified.RetentionMs()), specified.Cluster,
			}
		}
		got := map[string]topic{}
		for _, object := range objects {
			if object.GetKind() == "KafkaTopic" {
				got[object.GetName()] = topic{
					at(object, "spec", "partitions"), at(object, "spec", "replicas"),
					at(object, "spec", "config", "retention.ms"), object.GetLabels()["strimzi.io/cluster"],
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("topics: (-want +got)\n%s", diff)
		}
	})
}

func TestDaprMatchesTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		dapr := p.Dapr
		for _, image := range Images(objects) {
			if strings.HasPrefix(image, "ghcr.io/dapr/") && !strings.HasSuffix(image, ":"+dapr.Version) {
				t.Errorf("image %s is not of version %s", image, dapr.Version)
			}
		}
		for _, service := range dapr.ControlPlane {
			named(t, objects, service.Kind, dapr.Namespace, service.Workload())
		}
		for _, want := range dapr.Components {
			checkComponent(t, named(t, objects, "Component", want.Namespace, want.Name), want)
		}
		want := dapr.Resiliency
		policies := named(t, objects, "Resiliency", p.Component(want.Component).Namespace, want.Name)
		for _, field := range []struct {
			path []string
			want any
		}{
			{[]string{"spec", "targets", "components", want.Component, "inbound", "retry"}, want.Policy},
			{[]string{"spec", "targets", "components", want.Component, "inbound", "timeout"}, want.Policy},
			{[]string{"spec", "policies", "timeouts", want.Policy}, want.Timeout.String()},
			{[]string{"spec", "policies", "retries", want.Policy, "policy"}, string(want.Kind)},
			{[]string{"spec", "policies", "retries", want.Policy, "duration"}, want.Interval.String()},
			{[]string{"spec", "policies", "retries", want.Policy, "maxRetries"}, float64(want.MaxRetries)},
		} {
			if diff := cmp.Diff(field.want, at(policies, field.path...)); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", strings.Join(field.path, "."), diff)
			}
		}
	})
}

func checkComponent(t *testing.T, component unstructured.Unstructured, want spec.Component) {
	t.Helper()
	if got := at(component, "spec", "type"); got != want.Type {
		t.Errorf("%s has the type %v, want %s", want.Name, got, want.Type)
	}
	if got := at(component, "spec", "version"); got != want.Version {
		t.Errorf("%s has the version %v, want %s", want.Name, got, want.Version)
	}
	metadata := map[string]spec.Metadata{}
	entries, _ := at(component, "spec", "metadata").([]any)
	for _, entry := range entries {
		entry := unstructured.Unstructured{Object: entry.(map[string]any)}
		text := func(path ...string) string { value, _ := at(entry, path...).(string); return value }
		metadata[text("name")] = spec.Metadata{
			Name: text("name"), Value: text("value"),
			Secret: text("secretKeyRef", "name"), Key: text("secretKeyRef", "key"),
		}
	}
	for _, entry := range want.Metadata {
		if diff := cmp.Diff(entry, metadata[entry.Name]); diff != "" {
			t.Errorf("%s, metadata %s: (-want +got)\n%s", want.Name, entry.Name, diff)
		}
	}
	var scopes []string
	listed, _ := at(component, "scopes").([]any)
	for _, scope := range listed {
		scopes = append(scopes, scope.(string))
	}
	// A component without scopes is every application's.
	if len(scopes) == 0 || !slices.Equal(scopes, want.Scopes) {
		t.Errorf("%s has the scopes %q, want %q", want.Name, scopes, want.Scopes)
	}
}

// containerResources are the resources of the containers that objects make, by
// namespace, workload and container. Strimzi makes pods from what the Kafka
// resource says.
func containerResources(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) map[string]corev1.ResourceRequirements {
	t.Helper()
	pods, err := Pods(objects)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]corev1.ResourceRequirements{}
	for _, pod := range pods {
		_, workload, _ := strings.Cut(pod.Owner, "/")
		for _, container := range pod.Containers() {
			found[pod.Namespace+"/"+workload+"/"+container.Name] = container.Resources
		}
	}
	kafka := p.Kafka
	resource := named(t, objects, "Kafka", kafka.Namespace, kafka.Name)
	for name, path := range map[string][]string{
		"-kafka/kafka":                    {"spec", "kafka", "resources"},
		"-zookeeper/zookeeper":            {"spec", "zookeeper", "resources"},
		"-entity-operator/topic-operator": {"spec", "entityOperator", "topicOperator", "resources"},
	} {
		var decoded corev1.ResourceRequirements
		fields, _ := at(resource, path...).(map[string]any)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, &decoded); err != nil {
			t.Fatal(err)
		}
		found[kafka.Namespace+"/"+kafka.Name+name] = decoded
	}
	return found
}

// publicWorkloads are those of the charts that are downloaded.
var publicWorkloads = []string{
	"kafka/strimzi-cluster-operator/strimzi-cluster-operator", "ingress-nginx/ingress-controller/nginx-ingress",
}

// TestResourcesMatchTheSpec makes the specification's arithmetic hold for what is
// deployed. Workloads of charts that cannot be had are left out.
func TestResourcesMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		got := containerResources(t, p, objects)
		for _, workload := range p.Infrastructure {
			for _, want := range workload.Containers {
				key := workload.Namespace + "/" + workload.Name + "/" + want.Name
				resources, ok := got[key]
				if !ok && slices.Contains(publicWorkloads, key) {
					t.Logf("%s is not rendered here", key)
					continue
				}
				if seen := specResources(resources); seen != specString(want.Resources()) {
					t.Errorf("%s has %s, want %s", key, seen, specString(want.Resources()))
				}
			}
		}
	})
}

// TestReplicasMatchTheSpec fails on charts that were not changed by chartpatch.
func TestReplicasMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := map[string]int{}
		for _, workload := range p.Infrastructure {
			want[workload.Kind+" "+workload.Namespace+"/"+workload.Name] = workload.Replicas
		}
		for _, object := range objects {
			replicas, ok := want[Name(object)]
			if got := at(object, "spec", "replicas"); ok && got != nil && got != float64(replicas) {
				t.Errorf("%s has %v replicas, want %d", Name(object), got, replicas)
			}
		}
	})
}

// specResources writes resources in the way of specString.
func specResources(r corev1.ResourceRequirements) string {
	return specString(spec.Resources{
		CPURequest: spec.Quantity{Quantity: *r.Requests.Cpu()}, CPULimit: spec.Quantity{Quantity: *r.Limits.Cpu()},
		MemoryRequest: spec.Quantity{Quantity: *r.Requests.Memory()}, MemoryLimit: spec.Quantity{Quantity: *r.Limits.Memory()},
	})
}

func specString(r spec.Resources) string {
	return "requests " + r.CPURequest.String() + " " + r.MemoryRequest.String() +
		", limits " + r.CPULimit.String() + " " + r.MemoryLimit.String()
}
