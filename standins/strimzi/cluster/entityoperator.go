package cluster

import (
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"assay.dev/assay/standins/strimzi/api"
)

// Environment of the topic operator, named as Strimzi names it.
const (
	EnvNamespace        = "STRIMZI_NAMESPACE"
	EnvResourceLabels   = "STRIMZI_RESOURCE_LABELS"
	EnvBootstrapServers = "STRIMZI_KAFKA_BOOTSTRAP_SERVERS"
	EnvFullReconcileMS  = "STRIMZI_FULL_RECONCILIATION_INTERVAL_MS"
)

// HealthPort serves /healthy and /ready of both operators.
const HealthPort = 8080

// operatorUser runs the operators; the number that distroless calls nonroot.
const operatorUser = 65532

// EntityOperatorDeployment runs the topic operator. Call it only when
// c.TopicOperator is set.
func (c *Cluster) EntityOperatorDeployment() *appsv1.Deployment {
	name := EntityOperatorName(c.Name)
	labels := c.labels(name, typeEntityOperator)
	operator := c.TopicOperator
	var userLabels, userAnnotations map[string]string
	if m := operator.PodTemplate.Metadata; m != nil {
		userLabels, userAnnotations = m.Labels, m.Annotations
	}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: c.meta(name, labels),
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr(int32(1)),
			// two topic operators at once would work against each other
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType},
			Selector: &metav1.LabelSelector{MatchLabels: c.selector(name)},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: merged(userLabels, labels), Annotations: userAnnotations},
				Spec: corev1.PodSpec{
					ServiceAccountName:            name,
					EnableServiceLinks:            ptr(false),
					TerminationGracePeriodSeconds: operator.PodTemplate.TerminationGracePeriodSeconds,
					SecurityContext:               podSecurity(operatorUser),
					Containers:                    []corev1.Container{c.topicOperatorContainer()},
				},
			},
		},
	}
}

func (c *Cluster) topicOperatorContainer() corev1.Container {
	return corev1.Container{
		Name:            TopicOperatorContainer,
		Image:           c.TopicOperator.Image,
		ImagePullPolicy: corev1.PullIfNotPresent,
		Args:            []string{"topic-operator"},
		Env: []corev1.EnvVar{
			{Name: EnvNamespace, Value: c.Namespace},
			{Name: EnvResourceLabels, Value: LabelCluster + "=" + c.Name},
			{Name: EnvBootstrapServers, Value: c.AdminBootstrap()},
			{Name: EnvFullReconcileMS, Value: strconv.FormatInt(c.TopicOperator.IntervalSeconds*1000, 10)},
		},
		Ports:           []corev1.ContainerPort{containerPort("healthcheck", HealthPort)},
		Resources:       c.TopicOperator.Resources,
		SecurityContext: containerSecurity(),
		ReadinessProbe:  httpProbe("/ready", 2),
		LivenessProbe:   httpProbe("/healthy", 10),
	}
}

// AdminBootstrap is where operators reach the brokers: not a client listener,
// which a resource may close to them.
func (c *Cluster) AdminBootstrap() string {
	return fmt.Sprintf("%s:%d", ServiceHost(BootstrapServiceName(c.Name), c.Namespace), ReplicationPort)
}

func httpProbe(path string, period int32) *corev1.Probe {
	return steadyProbe(corev1.ProbeHandler{
		HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(HealthPort), Scheme: corev1.URISchemeHTTP},
	}, period)
}

// EntityOperatorRole lets the topic operator read topics, set their finalizer
// and status, and nothing else.
func (c *Cluster) EntityOperatorRole() *rbacv1.Role {
	name := EntityOperatorName(c.Name)
	group := []string{api.KafkaGroupVersion.Group}
	return &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"},
		ObjectMeta: c.meta(name, c.labels(name, typeEntityOperator)),
		Rules: []rbacv1.PolicyRule{
			{APIGroups: group, Resources: []string{"kafkatopics"}, Verbs: []string{"get", "list", "watch", "patch"}},
			{APIGroups: group, Resources: []string{"kafkatopics/status"}, Verbs: []string{"patch"}},
		},
	}
}

// TopicOperatorRoleBinding gives the role to the topic operator's account.
func (c *Cluster) TopicOperatorRoleBinding() *rbacv1.RoleBinding {
	name := EntityOperatorName(c.Name)
	return &rbacv1.RoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "RoleBinding"},
		ObjectMeta: c.meta(TopicOperatorRoleBindingName(c.Name), c.labels(name, typeEntityOperator)),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: name, Namespace: c.Namespace}},
	}
}
