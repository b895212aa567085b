package install

import (
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/probe"
	"assay.dev/assay/spec"
)

func labels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": App, kube.ManagedByLabel: kube.ManagedBy}
}

// own is what the program itself takes of the spare resources; it answers a few
// deliveries each second. The rest is the sidecar's.
var own = spec.Resources{
	CPURequest: spec.MustQuantity("10m"), CPULimit: spec.MustQuantity("20m"),
	MemoryRequest: spec.MustQuantity("24Mi"), MemoryLimit: spec.MustQuantity("64Mi"),
}

// topics are the topics and their dead-letter topics.
func (p *Probe) topics() []*unstructured.Unstructured {
	var made []*unstructured.Unstructured
	declare := func(name string, partitions int, config map[string]any) {
		made = append(made, kube.NewTopic(p.Spec.Kafka, name, partitions, config))
	}
	for _, topic := range p.Topics {
		declare(topic.Name, topic.Partitions, topic.Config)
		if len(topic.Types) > 0 {
			declare(topic.DeadLetters(), 1, nil)
		}
	}
	return made
}

// applications are the subscriptions and the deployment.
func (p *Probe) applications() []client.Object {
	var objects []client.Object
	for _, topic := range p.Topics {
		if len(topic.Types) == 0 {
			continue
		}
		var rules []any
		for _, t := range topic.Types {
			rules = append(rules, map[string]any{"match": fmt.Sprintf("event.type == %q", t), "path": "/events/" + topic.Name})
		}
		subscription := kube.NewKind(kube.SubscriptionKind, p.namespace(), topic.Name)
		subscription.SetLabels(labels())
		subscription.Object["spec"] = map[string]any{
			"pubsubname": PubSub, "topic": topic.Name, "deadLetterTopic": topic.DeadLetters(),
			"routes": map[string]any{"rules": rules},
		}
		subscription.Object["scopes"] = []any{App}
		objects = append(objects, subscription)
	}
	return append(objects, p.deployment())
}

// annotations ask Dapr's injector for the sidecar, which gets what the program
// leaves of the spare resources.
func (p *Probe) annotations() map[string]string {
	spare := p.Spec.Rollout.Spare
	rest := func(all, taken spec.Quantity) string {
		left := all.DeepCopy()
		left.Sub(taken.Quantity)
		return left.String()
	}
	return map[string]string{
		"dapr.io/enabled": "true", "dapr.io/app-id": App, "dapr.io/app-port": strconv.Itoa(probe.Port),
		"dapr.io/app-protocol": "http", "dapr.io/log-as-json": "true",
		"dapr.io/sidecar-cpu-request": rest(spare.CPURequest, own.CPURequest), "dapr.io/sidecar-cpu-limit": rest(spare.CPULimit, own.CPULimit),
		"dapr.io/sidecar-memory-request":       rest(spare.MemoryRequest, own.MemoryRequest),
		"dapr.io/sidecar-memory-limit":         rest(spare.MemoryLimit, own.MemoryLimit),
		"dapr.io/sidecar-seccomp-profile-type": "RuntimeDefault",
		// As the judged applications have it.
		"dapr.io/disable-builtin-k8s-secret-store": "true",
	}
}

func (p *Probe) deployment() *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: App, Namespace: p.namespace(), Labels: labels()},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels()},
			// Two of them would share the partitions, and neither fits beside the other.
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels(), Annotations: p.annotations()},
				Spec: corev1.PodSpec{
					// Nothing is to be finished: what it remembers is read before it goes.
					TerminationGracePeriodSeconds: ptr.To[int64](2),
					SecurityContext: &corev1.PodSecurityContext{
						RunAsNonRoot: ptr.To(true), RunAsUser: ptr.To[int64](65532), FSGroup: ptr.To[int64](65532),
						SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
					},
					ImagePullSecrets: p.pullSecrets(),
					Containers:       []corev1.Container{p.container()},
				},
			},
		},
	}
}

func (p *Probe) container() corev1.Container {
	image, policy := p.image()
	return corev1.Container{
		Name: App, Image: image, ImagePullPolicy: policy,
		Env:   []corev1.EnvVar{{Name: "APP_ID", Value: App}},
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: probe.Port}},
		ReadinessProbe: &corev1.Probe{
			PeriodSeconds: 1,
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http")}},
		},
		Resources: corev1.ResourceRequirements{
			Requests: list(own.CPURequest, own.MemoryRequest), Limits: list(own.CPULimit, own.MemoryLimit),
		},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: ptr.To(false), ReadOnlyRootFilesystem: ptr.To(true),
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
}

func list(cpu, memory spec.Quantity) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(cpu.String()), corev1.ResourceMemory: resource.MustParse(memory.String()),
	}
}
