package operator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/cluster"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

func TestStagesComeInOrder(t *testing.T) {
	b := newBench(t)
	b.reconcile()
	if c := b.condition(); c.Type != "NotReady" || c.Status != "True" || c.Reason != "Creating" || c.LastTransitionTime == nil {
		t.Errorf("first condition = %+v", c)
	}
	b.reconcile()
	if uids := b.podUIDs(); len(uids) != 1 || uids["todo-kafka-zookeeper-0"] == "" {
		t.Fatalf("pods = %v, want ZooKeeper alone first", uids)
	}
	b.ready()
	b.reconcile()
	b.reconcile()
	if uids := b.podUIDs(); len(uids) != 4 {
		t.Fatalf("pods = %v, want brokers once ZooKeeper is ready", uids)
	}
	if b.exists(&appsv1.Deployment{}, "todo-kafka-entity-operator") {
		t.Error("the entity operator came before the brokers were ready")
	}
	b.ready()
	b.fail = errors.New("connection refused")
	if result := b.reconcile(); result.RequeueAfter != brokerRecheck {
		t.Errorf("asked again after %s, want %s", result.RequeueAfter, brokerRecheck)
	}
	b.fail = nil
	b.view.Brokers = []int32{0, 2}
	b.reconcile()
	if b.exists(&appsv1.Deployment{}, "todo-kafka-entity-operator") || b.condition().Reason != "Creating" {
		t.Error("a broker that did not join was not waited for")
	}
	b.view.Brokers = []int32{0, 1, 2}
	b.reconcile()
	if !b.exists(&appsv1.Deployment{}, "todo-kafka-entity-operator") || b.condition().Reason != "Creating" {
		t.Error("want the entity operator, and still Creating until it is available")
	}
	b.ready()
	b.reconcile()
	status := b.status()
	if c := b.condition(); c.Type != "Ready" || c.Status != "True" {
		t.Errorf("condition = %+v", c)
	}
	if status.ObservedGeneration != 1 || status.ClusterID != "cluster-id" || status.KafkaVersion != "3.6.0" ||
		status.KafkaMetadataState != "ZooKeeper" || status.Listeners[0].BootstrapServers != "todo-kafka-kafka-bootstrap.kafka.svc:9092" {
		t.Errorf("status = %+v", status)
	}
}

func TestEveryObjectOfTheContractExists(t *testing.T) {
	b := newBench(t)
	b.settle()
	for name, object := range map[string]client.Object{
		"todo-kafka-kafka-bootstrap":            &corev1.Service{},
		"todo-kafka-kafka-brokers":              &corev1.Service{},
		"todo-kafka-zookeeper-client":           &corev1.Service{},
		"todo-kafka-zookeeper-nodes":            &corev1.Service{},
		"todo-kafka-kafka-2":                    &corev1.ConfigMap{},
		"todo-kafka-zookeeper-config":           &corev1.ConfigMap{},
		"todo-kafka-cluster-ca":                 &corev1.Secret{},
		"todo-kafka-cluster-ca-cert":            &corev1.Secret{},
		"todo-kafka-clients-ca":                 &corev1.Secret{},
		"todo-kafka-clients-ca-cert":            &corev1.Secret{},
		"data-todo-kafka-kafka-1":               &corev1.PersistentVolumeClaim{},
		"todo-kafka-kafka":                      &policyv1.PodDisruptionBudget{},
		"todo-kafka-zookeeper":                  &policyv1.PodDisruptionBudget{},
		"todo-kafka-network-policy-kafka":       &networkingv1.NetworkPolicy{},
		"todo-kafka-network-policy-zookeeper":   &networkingv1.NetworkPolicy{},
		"todo-kafka-entity-operator":            &rbacv1.Role{},
		"todo-kafka-entity-topic-operator-role": &rbacv1.RoleBinding{},
	} {
		if !b.exists(object, name) {
			t.Errorf("%T %s is missing", object, name)
		}
	}
}

func TestDriftOfAnObjectIsReverted(t *testing.T) {
	b := newBench(t)
	b.settle()
	var service corev1.Service
	b.must(b.client.Get(t.Context(), request("todo-kafka-kafka-bootstrap").NamespacedName, &service))
	service.Spec.Selector["strimzi.io/name"] = "elsewhere"
	b.must(b.client.Update(t.Context(), &service))
	var policy networkingv1.NetworkPolicy
	b.must(b.client.Get(t.Context(), request("todo-kafka-network-policy-kafka").NamespacedName, &policy))
	b.must(b.client.Delete(t.Context(), &policy))
	b.reconcile()
	b.must(b.client.Get(t.Context(), request("todo-kafka-kafka-bootstrap").NamespacedName, &service))
	if service.Spec.Selector["strimzi.io/name"] != "todo-kafka-kafka" {
		t.Errorf("selector = %v", service.Spec.Selector)
	}
	if !b.exists(&policy, "todo-kafka-network-policy-kafka") {
		t.Error("the deleted network policy did not come back")
	}
}

func TestCAIsMadeOnceAndRenewed(t *testing.T) {
	b := newBench(t)
	b.kafka.NewCA = cluster.NewCA
	b.settle()
	read := func() *corev1.Secret {
		var secret corev1.Secret
		b.must(b.client.Get(t.Context(), request("todo-kafka-cluster-ca-cert").NamespacedName, &secret))
		return &secret
	}
	first := read()
	b.reconcile()
	if string(read().Data["ca.crt"]) != string(first.Data["ca.crt"]) {
		t.Error("the CA was made again without need")
	}
	b.now = b.now.Add(340 * 24 * time.Hour)
	b.reconcile()
	renewed := read()
	if string(renewed.Data["ca.crt"]) == string(first.Data["ca.crt"]) || renewed.Annotations["strimzi.io/ca-cert-generation"] != "1" {
		t.Errorf("the CA was not renewed: %v", renewed.Annotations)
	}
}

func TestRefusedResourceTouchesNothing(t *testing.T) {
	b := newBench(t)
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Version = "2.8.0" })
	b.reconcile()
	if c := b.condition(); c.Type != "NotReady" || c.Reason != "UnsupportedKafkaVersionException" {
		t.Errorf("condition = %+v", c)
	}
	if n := len(b.pods()); n != 0 || b.exists(&corev1.Service{}, "todo-kafka-kafka-brokers") {
		t.Error("objects of a refused resource were made")
	}
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Version = "3.6.0" })
	b.settle()
}

func TestRefusedChangeLeavesTheClusterRunning(t *testing.T) {
	b := newBench(t)
	b.settle()
	before := b.podUIDs()
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Listeners[0].TLS = true })
	b.reconcile()
	b.reconcile()
	if c := b.condition(); c.Reason != "InvalidResourceException" || b.status().ClusterID != "cluster-id" {
		t.Errorf("status = %+v", b.status())
	}
	for name, uid := range b.podUIDs() {
		if before[name] != uid {
			t.Errorf("pod %s was restarted", name)
		}
	}
}

func TestTimeout(t *testing.T) {
	b := newBench(t)
	b.reconcile()
	b.reconcile()
	b.reconcile()
	b.now = b.now.Add(4 * time.Minute)
	if result := b.reconcile(); result.RequeueAfter != time.Minute || b.condition().Reason != "Creating" {
		t.Errorf("after 4 minutes: requeue %s, %+v", result.RequeueAfter, b.condition())
	}
	b.now = b.now.Add(time.Minute)
	b.reconcile()
	if c := b.condition(); c.Type != "NotReady" || c.Reason != "TimeoutException" ||
		!strings.Contains(c.Message, "todo-kafka-zookeeper-0") || !strings.Contains(c.Message, "300000ms") {
		t.Errorf("condition = %+v", c)
	}
	b.settle()
}

func TestStatusStaysWhileABrokerComesBack(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.setReady(b.pod("todo-kafka-kafka-1"), corev1.ConditionFalse)
	b.reconcile()
	if c := b.condition(); c.Type != "Ready" {
		t.Errorf("condition = %+v, want Strimzi's: unchanged until the operation timeout", c)
	}
	b.now = b.now.Add(5 * time.Minute)
	b.reconcile()
	if c := b.condition(); c.Reason != "TimeoutException" {
		t.Errorf("condition = %+v", c)
	}
	b.ready()
	b.reconcile()
	if c := b.condition(); c.Type != "Ready" {
		t.Errorf("condition = %+v", c)
	}
}

func TestScaleDownNeedsEmptyBrokers(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.view.Partitions = []kafkaadmin.Partition{{Topic: "a", Replicas: []int32{0, 2}, ISR: []int32{0, 2}}}
	two := int32(2)
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Replicas = &two })
	b.reconcile()
	if c := b.condition(); c.Reason != "InvalidResourceException" || !strings.Contains(c.Message, "brokers [2]") {
		t.Errorf("condition = %+v", c)
	}
	b.view.Partitions = nil
	b.view.Brokers = []int32{0, 1}
	b.settle()
	b.settle()
	if len(b.podUIDs()) != 3 {
		t.Errorf("pods = %v, want 2 brokers and ZooKeeper", b.podUIDs())
	}
	if b.exists(&corev1.ConfigMap{}, "todo-kafka-kafka-2") || b.exists(&corev1.PersistentVolumeClaim{}, "data-todo-kafka-kafka-2") {
		t.Error("what belonged to the removed broker is still there")
	}
}

func TestEntityOperatorGoesWithItsSection(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.edit(func(k *api.Kafka) { k.Spec.EntityOperator = nil })
	b.settle()
	if b.exists(&appsv1.Deployment{}, "todo-kafka-entity-operator") || b.exists(&rbacv1.RoleBinding{}, "todo-kafka-entity-topic-operator-role") {
		t.Error("the entity operator is still there")
	}
}

func TestVolumesGrow(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Storage.Size = "2Gi" })
	b.settle()
	var claim corev1.PersistentVolumeClaim
	b.must(b.client.Get(t.Context(), request("data-todo-kafka-kafka-0").NamespacedName, &claim))
	if size := claim.Spec.Resources.Requests[corev1.ResourceStorage]; size.Cmp(resource.MustParse("2Gi")) != 0 {
		t.Errorf("size = %s", size.String())
	}
}

func TestVolumesThatCannotGrowAreTold(t *testing.T) {
	b := newBench(t)
	b.settle()
	b.kafka.Client = interceptor.NewClient(b.client.(client.WithWatch), interceptor.Funcs{
		Apply: func(ctx context.Context, c client.WithWatch, object runtime.ApplyConfiguration, options ...client.ApplyOption) error {
			if o := object.(client.Object); o.GetObjectKind().GroupVersionKind().Kind == "PersistentVolumeClaim" {
				return apierrors.NewForbidden(corev1.Resource("persistentvolumeclaims"), o.GetName(), errors.New("class cannot expand"))
			}
			return c.Apply(ctx, object, options...)
		},
	})
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Storage.Size = "2Gi" })
	b.settle()
	reported := slices.ContainsFunc(b.status().Conditions, func(c api.Condition) bool {
		return c.Type == "Warning" && c.Reason == "KafkaStorage" && strings.Contains(c.Message, "class cannot expand")
	})
	if !reported {
		t.Errorf("conditions = %+v", b.status().Conditions)
	}
	four := int32(4)
	b.view.Brokers = append(b.view.Brokers, 3)
	b.edit(func(k *api.Kafka) { k.Spec.Kafka.Replicas = &four })
	if _, err := b.kafka.Reconcile(t.Context(), request("todo-kafka")); !apierrors.IsForbidden(err) {
		t.Errorf("error = %v, want a claim that cannot be made to be an error", err)
	}
}

func TestGoneResource(t *testing.T) {
	b := newBench(t)
	b.must(b.client.Delete(t.Context(), b.get()))
	if _, err := b.kafka.Reconcile(t.Context(), request("todo-kafka")); err != nil {
		t.Error(err)
	}
}
