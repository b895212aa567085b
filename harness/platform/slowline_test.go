package platform

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"

	"assay.dev/assay/harness/process/steps"

	"assay.dev/assay/spec/todo"
)

// TestTheDeploymentStartsWhenAllImagesAreHere: else the bounds of Helm and of Kafka's
// readiness would bound the line.
func TestTheDeploymentStartsWhenAllImagesAreHere(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlatform(t)
	p.repo = repo
	for _, images := range []Images{Public, Mirror} {
		run, err := p.newRun(t.Context(), images)
		if err != nil {
			t.Fatal(err)
		}
		plan := run.plan()
		before := needsOf(plan, deployStep)
		refs := append(run.catalogue.Pulled(), run.catalogue.Node.Ref)
		if len(refs) < 15 {
			t.Fatalf("%d images are pulled, which is too few to be all", len(refs))
		}
		for _, ref := range refs {
			if !slices.Contains(before, pullStep(ref)) {
				t.Errorf("%s images: %s may be pulled during the deployment", images, ref)
			}
		}
	}
}

// needsOf are all steps that must have succeeded before a step starts.
func needsOf(plan []steps.Step, name string) []string {
	var all []string
	for _, step := range plan {
		if step.Name != name {
			continue
		}
		for _, need := range step.Needs {
			all = append(append(all, need), needsOf(plan, need)...)
		}
	}
	return all
}

// TestKafkaMayTakeLongerThanEverSeen starts a Kafka in twice the time that was measured
// on two busy processors, and one that does not start.
func TestKafkaMayTakeLongerThanEverSeen(t *testing.T) {
	const seen = 112 * time.Second
	for name, c := range map[string]struct {
		ready time.Duration
		want  bool
	}{"twice as long": {2 * seen, true}, "never": {24 * time.Hour, false}} {
		synctest.Test(t, func(t *testing.T) {
			kinds := map[schema.GroupVersionResource]string{}
			for _, resource := range kafkaResources {
				kinds[resource] = "List"
			}
			client := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, kafkaObject("Kafka", "False"))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() {
				select {
				case <-time.After(c.ready):
				case <-ctx.Done():
					return
				}
				if _, err := client.Resource(kafkaResources[0]).Namespace(todo.Must().Kafka.Namespace).Update(ctx, kafkaObject("Kafka", "True"), metav1.UpdateOptions{}); err != nil {
					t.Error(err)
				}
			}()
			started := time.Now()
			if err := awaitKafka(ctx, client, todo.Must().Platform); (err == nil) != c.want {
				t.Errorf("%s: %v after %s", name, err, time.Since(started))
			}
		})
	}
}

func kafkaObject(kind, ready string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kafka.strimzi.io/v1beta2", "kind": kind,
		"metadata": map[string]any{"name": todo.Must().Kafka.Name, "namespace": todo.Must().Kafka.Namespace, "generation": int64(1)},
		"status": map[string]any{
			"observedGeneration": int64(1),
			"conditions":         []any{map[string]any{"type": "Ready", "status": ready}},
		},
	}}
}
