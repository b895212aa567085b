package operator

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

const todoKafka = `
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: {name: todo-kafka, namespace: kafka, uid: kafka-uid, generation: 1}
spec:
  kafka:
    version: 3.6.0
    replicas: 3
    listeners: [{name: plain, port: 9092, type: internal, tls: false}]
    storage: {type: persistent-claim, size: 1Gi, deleteClaim: true}
  zookeeper:
    replicas: 1
    storage: {type: ephemeral}
  entityOperator:
    topicOperator: {}
`

// bench plays the API server, the kubelet and the brokers around the two
// reconcilers.
type bench struct {
	t      *testing.T
	client client.Client
	kafka  *KafkaReconciler
	sets   *PodSetReconciler
	now    time.Time
	view   *kafkaadmin.View
	fail   error
	uids   int
}

// newBench makes the test parallel: each has a server of its own.
func newBench(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	known := knownTypes()
	b := &bench{t: t, now: time.Date(2026, 2, 15, 0, 0, 0, 0, time.UTC)}
	b.view = &kafkaadmin.View{ClusterID: "cluster-id", ControllerID: 0, Brokers: []int32{0, 1, 2}}
	raw, err := yaml.YAMLToJSON([]byte(todoKafka))
	if err != nil {
		t.Fatal(err)
	}
	var kafka api.Kafka
	if err := json.Unmarshal(raw, &kafka); err != nil {
		t.Fatal(err)
	}
	b.client = fake.NewClientBuilder().WithScheme(known.scheme).WithRESTMapper(known.mapper).WithObjects(&kafka).
		WithStatusSubresource(&api.Kafka{}, &api.StrimziPodSet{}).
		WithInterceptorFuncs(interceptor.Funcs{Create: b.create, Apply: answerApply}).Build()
	recorder := record.NewFakeRecorder(1000)
	b.kafka = &KafkaReconciler{
		Client: b.client, Live: b.client, Recorder: recorder,
		Settings: cluster.Settings{
			KafkaImages: map[string]string{"3.6.0": "kafka"}, TopicOperatorImage: "standin", OperatorNamespace: "kafka",
		},
		OperationTimeout: 5 * time.Minute, FullInterval: 2 * time.Minute,
		Describe: func(context.Context, string) (*kafkaadmin.View, error) { return b.view, b.fail },
		NewCA:    func(string, time.Time) (*cluster.CA, error) { return sharedCA() },
		Now:      func() time.Time { return b.now },
	}
	b.sets = &PodSetReconciler{Client: b.client, Recorder: recorder}
	return b
}

// reconcile runs the Kafka reconciler, then that of both pod sets.
func (b *bench) reconcile() ctrl.Result {
	b.t.Helper()
	result, err := b.kafka.Reconcile(b.t.Context(), request("todo-kafka"))
	if err != nil {
		b.t.Fatalf("reconcile Kafka: %v", err)
	}
	for _, set := range []string{"todo-kafka-zookeeper", "todo-kafka-kafka"} {
		if _, err := b.sets.Reconcile(b.t.Context(), request(set)); err != nil {
			b.t.Fatalf("reconcile %s: %v", set, err)
		}
	}
	return result
}

// settle reconciles and makes everything ready until nothing moves.
func (b *bench) settle() {
	b.t.Helper()
	for range 20 {
		b.reconcile()
		b.ready()
		if b.condition().Type == api.ConditionReady && b.status().ObservedGeneration == b.get().Generation && b.quiet() {
			return
		}
	}
	b.t.Fatalf("not ready after 20 rounds: %+v", b.status())
}

// quiet reports whether another round leaves the pods as they are.
func (b *bench) quiet() bool {
	before := b.podUIDs()
	b.reconcile()
	after := b.podUIDs()
	for name, uid := range before {
		if after[name] != uid {
			return false
		}
	}
	return len(before) == len(after)
}

// ready makes every pod ready and every deployment available.
func (b *bench) ready(except ...string) {
	b.t.Helper()
	skip := map[string]bool{}
	for _, name := range except {
		skip[name] = true
	}
	for _, pod := range b.pods() {
		if !skip[pod.Name] {
			b.setReady(&pod, corev1.ConditionTrue)
		}
	}
	var deployments appsv1.DeploymentList
	b.must(b.client.List(b.t.Context(), &deployments))
	for _, deployment := range deployments.Items {
		deployment.Status = appsv1.DeploymentStatus{
			ObservedGeneration: deployment.Generation, Replicas: 1, UpdatedReplicas: 1, AvailableReplicas: 1,
		}
		b.must(b.client.Status().Update(b.t.Context(), &deployment))
	}
}

func (b *bench) setReady(pod *corev1.Pod, status corev1.ConditionStatus) {
	b.t.Helper()
	pod.Status.Phase = corev1.PodRunning
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: status}}
	b.must(b.client.Status().Update(b.t.Context(), pod))
}

func (b *bench) pods() []corev1.Pod {
	b.t.Helper()
	var pods corev1.PodList
	b.must(b.client.List(b.t.Context(), &pods))
	return pods.Items
}

func (b *bench) podUIDs() map[string]types.UID {
	uids := map[string]types.UID{}
	for _, pod := range b.pods() {
		uids[pod.Name] = pod.UID
	}
	return uids
}

func (b *bench) pod(name string) *corev1.Pod {
	b.t.Helper()
	var pod corev1.Pod
	b.must(b.client.Get(b.t.Context(), client.ObjectKey{Namespace: "kafka", Name: name}, &pod))
	return &pod
}

func (b *bench) get() *api.Kafka {
	b.t.Helper()
	var kafka api.Kafka
	b.must(b.client.Get(b.t.Context(), request("todo-kafka").NamespacedName, &kafka))
	return &kafka
}

func (b *bench) status() api.KafkaStatus { return b.get().Status }

// condition is the last one, after any warnings.
func (b *bench) condition() api.Condition {
	b.t.Helper()
	conditions := b.status().Conditions
	if len(conditions) == 0 {
		b.t.Fatal("no conditions")
	}
	return conditions[len(conditions)-1]
}

// edit changes the resource as a user does.
func (b *bench) edit(change func(*api.Kafka)) {
	b.t.Helper()
	kafka := b.get()
	change(kafka)
	kafka.Generation++
	b.must(b.client.Update(b.t.Context(), kafka))
}

func (b *bench) set(name string) *api.StrimziPodSet {
	b.t.Helper()
	var set api.StrimziPodSet
	b.must(b.client.Get(b.t.Context(), request(name).NamespacedName, &set))
	return &set
}

func (b *bench) exists(object client.Object, name string) bool {
	b.t.Helper()
	err := b.client.Get(b.t.Context(), request(name).NamespacedName, object)
	if err != nil && !apierrors.IsNotFound(err) {
		b.t.Fatal(err)
	}
	return err == nil
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func request(name string) ctrl.Request {
	return ctrl.Request{NamespacedName: types.NamespacedName{Namespace: "kafka", Name: name}}
}

func annotate(object metav1.Object, key, value string) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[key] = value
	object.SetAnnotations(annotations)
}
