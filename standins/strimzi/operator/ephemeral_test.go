package operator

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// Three brokers that keep nothing have no claims, and roll one at a time: each waits
// until the one before holds its partitions again.
func TestBrokersWithEphemeralStorageRollOneByOne(t *testing.T) {
	b := newBench(t)
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Storage = &api.Storage{Type: api.StorageEphemeral} })
	b.settle()
	var claims corev1.PersistentVolumeClaimList
	b.must(b.client.List(t.Context(), &claims))
	if len(claims.Items) > 0 {
		t.Errorf("there are claims: %v", claims.Items)
	}
	for _, name := range []string{"todo-kafka-kafka-0", "todo-kafka-kafka-1", "todo-kafka-kafka-2"} {
		if volume := b.pod(name).Spec.Volumes[0]; volume.Name != "data" || volume.EmptyDir == nil {
			t.Errorf("%s keeps its data in %+v", name, volume)
		}
	}
	before := b.podUIDs()
	b.edit(func(k *api.Kafka) {
		k.Spec.Kafka.Config = map[string]apiextensionsv1.JSON{"log.retention.hours": {Raw: []byte("1")}}
	})
	b.reconcile()
	b.reconcile()
	if gone := changed(before, b.podUIDs()); len(gone) != 1 {
		t.Fatalf("%v went at once, want one", gone)
	}
	b.settle()
	if gone := changed(before, b.podUIDs()); len(gone) != 3 {
		t.Errorf("%v were restarted, want all three", gone)
	}
}
