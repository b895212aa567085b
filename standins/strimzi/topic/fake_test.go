package topic

import (
	"context"
	"fmt"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// fakeKafka keeps topics in memory and can be scripted to fail.
type fakeKafka struct {
	topics map[string]*kafkaadmin.Topic
	ids    int
	fail   error
	// hidden topics are created but not described, as right after creation
	hidden bool
}

func (f *fakeKafka) Describe(name string) (*kafkaadmin.Topic, error) {
	if f.fail != nil {
		return nil, f.fail
	}
	topic, ok := f.topics[name]
	if !ok || f.hidden {
		return nil, fmt.Errorf("describe: %w", kafkaadmin.ErrTopicNotFound)
	}
	return topic, nil
}

func (f *fakeKafka) Create(name string, partitions, replicas int32, config map[string]string) error {
	if _, exists := f.topics[name]; exists {
		return kafkaadmin.ErrTopicExists
	}
	f.ids++
	topic := &kafkaadmin.Topic{ID: fmt.Sprintf("id-%d", f.ids), Replicas: map[int32]int{}, Config: map[string]string{}}
	for i := range max(partitions, 1) {
		topic.Replicas[i] = int(max(replicas, 1))
	}
	for key, value := range config {
		topic.Config[key] = value
	}
	f.topics[name] = topic
	return nil
}

func (f *fakeKafka) AlterConfig(name string, set map[string]string, reset []string) error {
	for key, value := range set {
		f.topics[name].Config[key] = value
	}
	for _, key := range reset {
		delete(f.topics[name].Config, key)
	}
	return nil
}

func (f *fakeKafka) AddPartitions(name string, total int32) error {
	for i := int32(len(f.topics[name].Replicas)); i < total; i++ {
		f.topics[name].Replicas[i] = 1
	}
	return nil
}

func (f *fakeKafka) Delete(name string) error {
	if f.fail != nil {
		return f.fail
	}
	delete(f.topics, name)
	return nil
}

// bench is a reconciler over fakes.
type bench struct {
	t     *testing.T
	kafka *fakeKafka
	*Reconciler
}

func newBench(t *testing.T, resources ...*api.KafkaTopic) *bench {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := api.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	builder := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&api.KafkaTopic{})
	for _, resource := range resources {
		builder = builder.WithObjects(resource)
	}
	kafka := &fakeKafka{topics: map[string]*kafkaadmin.Topic{}}
	return &bench{t: t, kafka: kafka, Reconciler: &Reconciler{
		Client: builder.Build(), Kafka: kafka, Interval: 2 * time.Minute,
		Now: func() time.Time { return time.Unix(1700000000, 0) },
	}}
}

func (b *bench) reconcile(name string) (ctrl.Result, error) {
	return b.Reconcile(context.Background(), ctrl.Request{NamespacedName: types.NamespacedName{Namespace: "kafka", Name: name}})
}

func (b *bench) mustReconcile(name string) ctrl.Result {
	b.t.Helper()
	result, err := b.reconcile(name)
	if err != nil {
		b.t.Fatalf("reconcile %s: %v", name, err)
	}
	return result
}

func (b *bench) get(name string) *api.KafkaTopic {
	b.t.Helper()
	var resource api.KafkaTopic
	if err := b.Client.Get(context.Background(), types.NamespacedName{Namespace: "kafka", Name: name}, &resource); err != nil {
		b.t.Fatal(err)
	}
	return &resource
}

func (b *bench) edit(name string, change func(*api.KafkaTopic)) {
	b.t.Helper()
	resource := b.get(name)
	change(resource)
	if err := b.Client.Update(context.Background(), resource); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) delete(name string) {
	b.t.Helper()
	if err := b.Client.Delete(context.Background(), b.get(name)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) gone(name string) bool {
	var resource api.KafkaTopic
	err := b.Client.Get(context.Background(), types.NamespacedName{Namespace: "kafka", Name: name}, &resource)
	return err != nil && client.IgnoreNotFound(err) == nil
}

// newTopic has one replica and a week of retention, created at second created.
func newTopic(name string, partitions int32, created int64) *api.KafkaTopic {
	one := int32(1)
	return &api.KafkaTopic{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "kafka", Generation: 1,
			Labels:            map[string]string{"strimzi.io/cluster": "todo-kafka"},
			CreationTimestamp: metav1.Unix(created, 0),
		},
		Spec: api.KafkaTopicSpec{
			Partitions: &partitions, Replicas: &one,
			Config: map[string]apiextensionsv1.JSON{"retention.ms": {Raw: []byte("604800000")}},
		},
	}
}
