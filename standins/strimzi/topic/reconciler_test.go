package topic

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/sets"

	"assay.dev/assay/standins/strimzi/api"
)

func TestCreatesTopicAndReportsIt(t *testing.T) {
	b := newBench(t, newTopic("task-events", 3, 1))
	if result := b.mustReconcile("task-events"); result.RequeueAfter != b.Interval {
		t.Errorf("requeue after %s, want %s", result.RequeueAfter, b.Interval)
	}
	topic := b.kafka.topics["task-events"]
	if len(topic.Replicas) != 3 || topic.Config["retention.ms"] != "604800000" {
		t.Errorf("topic in Kafka = %+v", topic)
	}
	resource := b.get("task-events")
	if !sets.New(resource.Finalizers...).Has("strimzi.io/topic-operator") {
		t.Errorf("finalizers = %v", resource.Finalizers)
	}
	status := resource.Status
	expectReady(t, resource, "True", "", "")
	if status.ObservedGeneration != 1 || status.TopicName != "task-events" || status.TopicID != "id-1" {
		t.Errorf("status = %+v", status)
	}
}

func TestTopicNameOfItsOwn(t *testing.T) {
	resource := newTopic("events", 1, 1)
	resource.Spec.TopicName = "Task_Events"
	b := newBench(t, resource)
	b.mustReconcile("events")
	if b.kafka.topics["Task_Events"] == nil {
		t.Errorf("topics = %v", b.kafka.topics)
	}
	b.edit("events", func(r *api.KafkaTopic) { r.Spec.TopicName = "other" })
	b.mustReconcile("events")
	expectReady(t, b.get("events"), "False", "NotSupported", "Changing spec.topicName is not supported")
	if b.kafka.topics["other"] != nil {
		t.Error("a topic of the new name was created")
	}
	b.delete("events")
	b.mustReconcile("events")
	if b.kafka.topics["Task_Events"] != nil || !b.gone("events") {
		t.Error("the topic that the resource managed must go with it")
	}
}

func TestExternalDriftIsReverted(t *testing.T) {
	b := newBench(t, newTopic("reminders", 1, 1))
	b.mustReconcile("reminders")
	b.kafka.topics["reminders"].Config = map[string]string{"retention.ms": "1", "cleanup.policy": "compact"}
	b.mustReconcile("reminders")
	want := map[string]string{"retention.ms": "604800000"}
	if diff := cmp.Diff(want, b.kafka.topics["reminders"].Config); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	delete(b.kafka.topics, "reminders")
	b.mustReconcile("reminders")
	if b.kafka.topics["reminders"] == nil {
		t.Fatal("a topic deleted behind the operator's back must come back")
	}
	if id := b.get("reminders").Status.TopicID; id != "id-2" {
		t.Errorf("topic id = %s, want that of the new topic", id)
	}
}

func TestImpossibleChangesAreReported(t *testing.T) {
	b := newBench(t, newTopic("task-events", 3, 1))
	b.mustReconcile("task-events")
	b.edit("task-events", func(r *api.KafkaTopic) { *r.Spec.Partitions = 2 })
	b.mustReconcile("task-events")
	expectReady(t, b.get("task-events"), "False", "NotSupported", "Decreasing partitions not supported")
	b.edit("task-events", func(r *api.KafkaTopic) { *r.Spec.Partitions, *r.Spec.Replicas = 4, 2 })
	b.mustReconcile("task-events")
	expectReady(t, b.get("task-events"), "False", "NotSupported", "Replication factor change not supported")
	if got := len(b.kafka.topics["task-events"].Replicas); got != 4 {
		t.Errorf("partitions = %d, want the possible part of the change done", got)
	}
	b.edit("task-events", func(r *api.KafkaTopic) { *r.Spec.Replicas = 1 })
	b.mustReconcile("task-events")
	expectReady(t, b.get("task-events"), "True", "", "")
}

func TestSecondResourceForATopicConflicts(t *testing.T) {
	second := newTopic("b", 5, 2)
	second.Spec.TopicName = "a"
	b := newBench(t, newTopic("a", 3, 1), second)
	b.mustReconcile("a")
	b.mustReconcile("b")
	expectReady(t, b.get("a"), "True", "", "")
	expectReady(t, b.get("b"), "False", "ResourceConflict", "Managed by Ref{namespace='kafka', name='a'}")
	if got := len(b.kafka.topics["a"].Replicas); got != 3 {
		t.Errorf("partitions = %d, want those of the older resource", got)
	}
	b.delete("b")
	b.mustReconcile("b")
	if b.kafka.topics["a"] == nil || !b.gone("b") {
		t.Error("deleting the younger resource must not delete the topic")
	}
}

func TestSiblingIsWokenByConflictPartner(t *testing.T) {
	second := newTopic("b", 5, 2)
	second.Spec.TopicName = "a"
	b := newBench(t, newTopic("a", 3, 1), second, newTopic("c", 1, 1))
	requests := b.siblings(t.Context(), b.get("a"))
	if len(requests) != 1 || requests[0].Name != "b" {
		t.Errorf("requests = %v, want b alone", requests)
	}
}

func TestDeletionRemovesTopicThenFinalizer(t *testing.T) {
	b := newBench(t, newTopic("a", 1, 1))
	b.mustReconcile("a")
	b.delete("a")
	b.kafka.fail = errors.New("broker is away")
	if _, err := b.reconcile("a"); err == nil {
		t.Fatal("want the broker's error, to be retried")
	}
	expectReady(t, b.get("a"), "False", "KafkaError", "broker is away")
	b.kafka.fail = nil
	b.mustReconcile("a")
	if b.kafka.topics["a"] != nil || !b.gone("a") {
		t.Error("topic and resource must be gone")
	}
}

func TestBrokerErrorsAreReportedAndRetried(t *testing.T) {
	b := newBench(t, newTopic("a", 1, 1))
	b.kafka.fail = errors.New("no route to broker")
	if _, err := b.reconcile("a"); err == nil {
		t.Fatal("want an error, so that the reconciler backs off")
	}
	expectReady(t, b.get("a"), "False", "KafkaError", "no route to broker")
}

func TestTopicThatIsNotDescribedYet(t *testing.T) {
	b := newBench(t, newTopic("a", 1, 1))
	b.kafka.hidden = true
	if result := b.mustReconcile("a"); result.RequeueAfter != settleDelay {
		t.Errorf("requeue after %s, want %s", result.RequeueAfter, settleDelay)
	}
	if conditions := b.get("a").Status.Conditions; len(conditions) != 0 {
		t.Errorf("conditions = %+v before the topic is known", conditions)
	}
}

func TestStatusIsWrittenOnceOnly(t *testing.T) {
	b := newBench(t, newTopic("a", 1, 1))
	b.mustReconcile("a")
	before := b.get("a").ResourceVersion
	b.mustReconcile("a")
	if after := b.get("a").ResourceVersion; after != before {
		t.Errorf("resource version went from %s to %s without a change", before, after)
	}
}

func TestResourceThatIsGone(t *testing.T) {
	newBench(t).mustReconcile("nothing")
}

func expectReady(t *testing.T, resource *api.KafkaTopic, status, reason, message string) {
	t.Helper()
	conditions := resource.Status.Conditions
	if len(conditions) != 1 || conditions[0].Type != "Ready" || string(conditions[0].Status) != status ||
		conditions[0].Reason != reason || !strings.HasPrefix(conditions[0].Message, message) {
		t.Errorf("conditions of %s = %+v, want Ready/%s %s %q", resource.Name, conditions, status, reason, message)
	}
}
