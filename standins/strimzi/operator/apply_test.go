package operator

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

func TestApplySparesTheServer(t *testing.T) {
	b := newBench(t)
	applies := 0
	counting := interceptor.NewClient(b.client.(client.WithWatch), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, object runtime.ApplyConfiguration, options ...client.ApplyOption) error {
			applies++
			return c.Apply(ctx, object, options...)
		},
	})
	var a applier
	apply := func(value string, want int, why string) {
		t.Helper()
		err := a.apply(t.Context(), counting, &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Name: "c", Namespace: "kafka"},
			Data:       map[string]string{"k": value},
		})
		if err != nil {
			t.Fatal(err)
		}
		if applies != want {
			t.Errorf("%s: %d requests, want %d", why, applies, want)
		}
		var config corev1.ConfigMap
		b.must(b.client.Get(t.Context(), request("c").NamespacedName, &config))
		if config.Data["k"] != value {
			t.Errorf("%s: data = %v, want %s", why, config.Data, value)
		}
	}
	apply("one", 1, "first")
	apply("one", 1, "again")
	apply("two", 2, "other content")
	apply("two", 2, "again")
	var config corev1.ConfigMap
	b.must(b.client.Get(t.Context(), request("c").NamespacedName, &config))
	config.Data["k"] = "drifted"
	b.must(b.client.Update(t.Context(), &config))
	apply("two", 3, "after drift")
	b.must(b.client.Delete(t.Context(), &config))
	apply("two", 4, "after deletion")
}
