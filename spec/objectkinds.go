package spec

import (
	"path"
	"slices"
	"strings"
)

// ObjectKind is a kind of namespaced objects of Kubernetes, in the version that is listed.
type ObjectKind struct{ Group, Version, Kind, Plural string }

// objectKinds are the kinds whose objects are compared with what charts and controllers
// make. Left out are those that Kubernetes itself makes without an owner: Events,
// Endpoints and Leases.
var objectKinds = []ObjectKind{
	{"", "v1", "ConfigMap", "configmaps"},
	{"", "v1", "LimitRange", "limitranges"},
	{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"},
	{"", "v1", "Pod", "pods"},
	{"", "v1", "ReplicationController", "replicationcontrollers"},
	{"", "v1", "ResourceQuota", "resourcequotas"},
	{"", "v1", "Secret", "secrets"},
	{"", "v1", "Service", "services"},
	{"", "v1", "ServiceAccount", "serviceaccounts"},
	{"apps", "v1", "DaemonSet", "daemonsets"},
	{"apps", "v1", "Deployment", "deployments"},
	{"apps", "v1", "ReplicaSet", "replicasets"},
	{"apps", "v1", "StatefulSet", "statefulsets"},
	{"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"},
	{"batch", "v1", "CronJob", "cronjobs"},
	{"batch", "v1", "Job", "jobs"},
	{"networking.k8s.io", "v1", "Ingress", "ingresses"},
	{"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"},
	{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"},
	{"rbac.authorization.k8s.io", "v1", "Role", "roles"},
	{"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"},
	{"dapr.io", "v1alpha1", "Component", "components"},
	{"dapr.io", "v1alpha1", "Configuration", "configurations"},
	{"dapr.io", "v1alpha1", "Resiliency", "resiliencies"},
	{"dapr.io", "v2alpha1", "Subscription", "subscriptions"},
	{"kafka.strimzi.io", "v1beta2", "Kafka", "kafkas"},
	{"kafka.strimzi.io", "v1beta2", "KafkaTopic", "kafkatopics"},
	{"kafka.strimzi.io", "v1beta2", "KafkaUser", "kafkausers"},
}

// Allowed is what may be in the platform's namespaces beside what its charts and
// controllers make.
type Allowed struct {
	// Kind is one of those that are compared, such as Secret.
	Kind string `yaml:"kind"`
	// Namespace is the one that is meant, empty for all of the platform's.
	Namespace string `yaml:"namespace,omitempty"`
	// Name may hold the wildcards of a file name: * and ?.
	Name string `yaml:"name"`
	// Reason says who makes it, and what for.
	Reason string `yaml:"reason"`
}

// Allows reports whether an object is among those that may be there besides.
func (p *Platform) Allows(kind, namespace, name string) bool {
	return slices.ContainsFunc(p.Allowed, func(a Allowed) bool {
		matches, _ := path.Match(a.Name, name)
		return a.Kind == kind && (a.Namespace == "" || a.Namespace == namespace) && matches
	})
}

// OwnNamespaces are all that the platform has something in, in alphabetical order.
func (p *Platform) OwnNamespaces() []string {
	names := append(p.DeploymentNamespaces(), p.Kafka.Namespace, p.Dapr.Namespace, p.Ingress.Namespace)
	for _, n := range p.Namespaces {
		names = append(names, n.Name)
	}
	for _, i := range p.Infrastructure {
		names = append(names, i.Namespace)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

func (p *Platform) validateAllowed(c *checker) {
	kinds := []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}
	for _, kind := range objectKinds {
		kinds = append(kinds, kind.Kind)
	}
	for i, a := range p.Allowed {
		at := "allowed[" + strings.Join(slices.DeleteFunc([]string{a.Namespace, a.Name}, func(s string) bool { return s == "" }), "/") + "]"
		c.oneOf(at+".kind", a.Kind, "kind of objects", kinds)
		if _, err := path.Match(a.Name, ""); err != nil || a.Name == "" {
			c.add("%s.name: %q is no name with wildcards (* and ?)", at, a.Name)
		}
		c.filled(at+".reason", a.Reason)
		if slices.Contains(p.Allowed[:i], a) {
			c.add("%s: it is there twice", at)
		}
	}
}
