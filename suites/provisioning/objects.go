package provisioning

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// kubernetesAPI is where most objects are read from.
const kubernetesAPI = "Kubernetes API"

// get reads an object that has to be there.
func get(ctx SpecContext, object client.Object) {
	GinkgoHelper()
	subject := expect.Subject{What: fmt.Sprintf("%T %s", object, client.ObjectKeyFromObject(object)), From: kubernetesAPI}
	subject.NoError(p.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object))
}

// named returns a pointer to an object that is found under a name.
func named[T any, O interface {
	*T
	client.Object
}](namespace, name string) O {
	object := O(new(T))
	object.SetNamespace(namespace)
	object.SetName(name)
	return object
}

// deploymentOf reads one of the six deployments.
func deploymentOf(ctx SpecContext, want spec.Deployment) *appsv1.Deployment {
	GinkgoHelper()
	deployment := named[appsv1.Deployment](want.Namespace, want.Name)
	get(ctx, deployment)
	return deployment
}

// podsOf returns the pods of one of the six deployments, of which there has to be
// at least one.
func podsOf(ctx SpecContext, want spec.Deployment) []corev1.Pod {
	GinkgoHelper()
	return podsOfWorkload(ctx, "Deployment", want.Namespace, want.Name)
}

func podsOfWorkload(ctx SpecContext, kind, namespace, name string) []corev1.Pod {
	GinkgoHelper()
	subject := expect.Subject{What: fmt.Sprintf("pods of %s %s/%s", kind, namespace, name), From: kubernetesAPI}
	pods, err := p.Cluster.PodsOf(ctx, kind, namespace, name)
	subject.NoError(err)
	if len(pods) == 0 {
		subject.AssertThat(false, "at least one", "none")
	}
	return pods
}

// container returns a container of a pod by name, native sidecars included.
func container(pod *corev1.Pod, name string) *corev1.Container {
	GinkgoHelper()
	found, _ := kube.Container(pod, name)
	if found == nil {
		expect.Subject{What: "containers of pod " + pod.Name, From: kubernetesAPI, Object: pod}.
			AssertThat(false, "one named "+name, "none of that name")
	}
	return found
}
