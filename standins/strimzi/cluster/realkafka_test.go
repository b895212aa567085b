package cluster

import (
	"errors"
	"fmt"
	"os"
	"strings"
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
	"assay.dev/assay/standins/strimzi/topic"
)

// librariesVariable names a directory with the jars of Kafka 3.6.0, ZooKeeper
// 3.8.2 and slf4j-reload4j 1.7.36.
const librariesVariable = "ASSAY_KAFKA_LIBS"

// TestRealKafkaRunsFromRenderedConfiguration starts ZooKeeper and Kafka with
// the command lines, configuration and probes of the pods, moved to this host,
// and has the topic operator manage a topic there.
func TestRealKafkaRunsFromRenderedConfiguration(t *testing.T) {
	libraryDir := os.Getenv(librariesVariable)
	if libraryDir == "" {
		t.Skipf("%s is not set: set it to a directory with the jars of Kafka 3.6.0 and ZooKeeper 3.8.2", librariesVariable)
	}
	c := render(t)
	host := newHost(t, libraryDir)
	zookeeper := host.startZookeeper(t, c)
	kafka := host.startKafka(t, c)

	address := host.address(replicationListener)
	view, err := kafkaadmin.Describe(t.Context(), address)
	if err != nil {
		t.Fatalf("a broker that its readiness probe calls ready must answer: %v", err)
	}
	if view.ClusterID == "" || len(view.Missing(1)) != 0 {
		t.Errorf("view = %+v, want a cluster id and broker 0", view)
	}
	manageTopic(t, address)

	kafka.stop(t)
	for _, line := range []string{"Starting controlled shutdown", "shut down completed (kafka.server.KafkaServer)"} {
		if log := kafka.log.String(); !strings.Contains(log, line) {
			t.Errorf("after SIGTERM the broker's log lacks %q:\n%s", line, tail(log))
		}
	}
	zookeeper.stop(t)
}

// manageTopic drives the topic reconciler against the broker at address.
func manageTopic(t *testing.T, address string) {
	t.Helper()
	topics := kafkaadmin.NewTopics([]string{address})
	defer func() {
		if err := topics.Close(); err != nil {
			t.Error(err)
		}
	}()
	d := newTopicDriver(t, topics)
	if _, err := topics.Describe("task-events"); !errors.Is(err, kafkaadmin.ErrTopicNotFound) {
		t.Fatalf("before: %v, want %v", err, kafkaadmin.ErrTopicNotFound)
	}
	status := d.reconcile(nil)
	week := map[string]string{"retention.ms": "604800000"}
	if have := d.expect(3, week); status.TopicID != have.ID || len(have.ID) != 22 {
		t.Errorf("status.topicId = %q, the broker says %q", status.TopicID, have.ID)
	}
	d.reconcile(func(r *api.KafkaTopic) {
		*r.Spec.Partitions = 5
		r.Spec.Config = map[string]apiextensionsv1.JSON{"retention.ms": {Raw: []byte("86400000")}, "cleanup.policy": {Raw: []byte(`["compact","delete"]`)}}
	})
	d.expect(5, map[string]string{"retention.ms": "86400000", "cleanup.policy": "compact,delete"})
	status = d.reconcile(func(r *api.KafkaTopic) {
		*r.Spec.Partitions = 3
		r.Spec.Config = map[string]apiextensionsv1.JSON{"retention.ms": {Raw: []byte("604800000")}}
	})
	d.expect(5, week)
	if c := status.Conditions[0]; c.Type != "Ready" || c.Status != "False" || c.Reason != "NotSupported" {
		t.Errorf("condition after decreasing partitions = %+v", c)
	}
	if err := topics.AlterConfig("task-events", map[string]string{"retention.ms": "1"}, nil); err != nil {
		t.Fatal(err)
	}
	d.reconcile(func(r *api.KafkaTopic) { *r.Spec.Partitions = 5 })
	d.expect(5, week)
	refusals(t, topics)
	if err := topics.Delete("task-events"); err != nil {
		t.Fatal(err)
	}
	if err := topics.Delete("task-events"); err != nil {
		t.Errorf("deleting a topic that is gone: %v", err)
	}
}

// topicDriver has one KafkaTopic, task-events, reconciled against real brokers.
type topicDriver struct {
	t          *testing.T
	k8s        client.Client
	topics     *kafkaadmin.Topics
	reconciler *topic.Reconciler
	key        types.NamespacedName
}

func newTopicDriver(t *testing.T, topics *kafkaadmin.Topics) *topicDriver {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := api.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	partitions, one := int32(3), int32(1)
	resource := &api.KafkaTopic{
		ObjectMeta: metav1.ObjectMeta{Name: "task-events", Namespace: "kafka"},
		Spec: api.KafkaTopicSpec{Partitions: &partitions, Replicas: &one,
			Config: map[string]apiextensionsv1.JSON{"retention.ms": {Raw: []byte("604800000")}}},
	}
	k8s := fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(resource).WithObjects(resource).Build()
	return &topicDriver{
		t: t, k8s: k8s, topics: topics, key: client.ObjectKeyFromObject(resource),
		reconciler: &topic.Reconciler{Client: k8s, Kafka: topics, Interval: time.Minute, Now: time.Now},
	}
}

// reconcile changes the resource, reconciles it and returns its status.
func (d *topicDriver) reconcile(change func(*api.KafkaTopic)) api.KafkaTopicStatus {
	d.t.Helper()
	var current api.KafkaTopic
	if err := d.k8s.Get(d.t.Context(), d.key, &current); err != nil {
		d.t.Fatal(err)
	}
	if change != nil {
		change(&current)
		if err := d.k8s.Update(d.t.Context(), &current); err != nil {
			d.t.Fatal(err)
		}
	}
	if _, err := d.reconciler.Reconcile(d.t.Context(), ctrl.Request{NamespacedName: d.key}); err != nil {
		d.t.Fatal(err)
	}
	if err := d.k8s.Get(d.t.Context(), d.key, &current); err != nil {
		d.t.Fatal(err)
	}
	return current.Status
}

// expect compares the topic as the broker has it.
func (d *topicDriver) expect(partitions int, config map[string]string) *kafkaadmin.Topic {
	d.t.Helper()
	have, err := d.topics.Describe("task-events")
	if err != nil {
		d.t.Fatal(err)
	}
	if len(have.Replicas) != partitions || fmt.Sprint(have.Config) != fmt.Sprint(config) {
		d.t.Errorf("topic = %+v, want %d partitions and %v", have, partitions, config)
	}
	return have
}

// refusals are answers of the broker that the client must pass on.
func refusals(t *testing.T, topics *kafkaadmin.Topics) {
	t.Helper()
	for name, tc := range map[string]struct {
		do   func() error
		want string
	}{
		"exists":           {func() error { return topics.Create("task-events", 1, 1, nil) }, kafkaadmin.ErrTopicExists.Error()},
		"too few brokers":  {func() error { return topics.Create("wide", 1, 2, nil) }, "replication factor"},
		"bad name":         {func() error { return topics.Create("no/slash", 1, 1, nil) }, "slash"},
		"unknown setting":  {func() error { return topics.AlterConfig("task-events", map[string]string{"no.such": "1"}, nil) }, "no.such"},
		"bad value":        {func() error { return topics.Create("odd", 1, 1, map[string]string{"retention.ms": "week"}) }, "retention.ms"},
		"fewer partitions": {func() error { return topics.AddPartitions("task-events", 1) }, "partition"},
	} {
		if err := tc.do(); err == nil || !strings.Contains(strings.ToLower(err.Error()), tc.want) {
			t.Errorf("%s: error = %v, want it to contain %q", name, err, tc.want)
		}
	}
}
