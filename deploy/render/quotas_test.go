package render

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/spec"
)

// ofKind returns the objects of a kind by namespace; two in one are an error.
func ofKind(t *testing.T, objects []unstructured.Unstructured, kind string) map[string]unstructured.Unstructured {
	t.Helper()
	found := map[string]unstructured.Unstructured{}
	for _, object := range objects {
		if object.GetKind() != kind {
			continue
		}
		if _, ok := found[object.GetNamespace()]; ok {
			t.Errorf("%s has two of the kind %s", object.GetNamespace(), kind)
		}
		found[object.GetNamespace()] = object
	}
	return found
}

func TestQuotasMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := map[string]any{}
		for _, quota := range p.Quotas {
			want[quota.Namespace] = map[string]any{
				"requests.cpu": quota.CPURequest.String(), "limits.cpu": quota.CPULimit.String(),
				"requests.memory": quota.MemoryRequest.String(), "limits.memory": quota.MemoryLimit.String(),
			}
		}
		got := map[string]any{}
		for namespace, quota := range ofKind(t, objects, "ResourceQuota") {
			got[namespace] = canonical(t, at(quota, "spec", "hard"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("quotas: (-want +got)\n%s", diff)
		}
	})
}

func TestLimitRangesMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		specified := p.LimitRange
		limits := map[string]any{
			"defaultRequest": map[string]any{"cpu": specified.DefaultCPURequest.String(), "memory": specified.DefaultMemoryRequest.String()},
			"default":        map[string]any{"cpu": specified.DefaultCPULimit.String(), "memory": specified.DefaultMemoryLimit.String()},
			"max":            map[string]any{"cpu": specified.MaxCPU.String(), "memory": specified.MaxMemory.String()},
		}
		want := map[string]any{}
		for _, namespace := range specified.Namespaces {
			want[namespace] = limits
		}
		got := map[string]any{}
		for namespace, object := range ofKind(t, objects, "LimitRange") {
			entries, _ := at(object, "spec", "limits").([]any)
			if len(entries) != 1 || entries[0].(map[string]any)["type"] != "Container" {
				t.Fatalf("%s has the limits %v, want one for containers", namespace, entries)
			}
			limits := map[string]any{}
			for name, amounts := range entries[0].(map[string]any) {
				if name != "type" {
					limits[name] = canonical(t, amounts)
				}
			}
			got[namespace] = limits
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("limit ranges: (-want +got)\n%s", diff)
		}
	})
}

// canonical writes the quantities of a map in the specification's way.
func canonical(t *testing.T, amounts any) map[string]any {
	t.Helper()
	found := map[string]any{}
	fields, _ := amounts.(map[string]any)
	for name, amount := range fields {
		text, ok := amount.(string)
		if !ok {
			t.Fatalf("%s is %v, which is no text", name, amount)
		}
		found[name] = spec.MustQuantity(text).String()
	}
	return found
}
