package cloudcontroller

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"

	"assay.dev/assay/infra/ocisim"
)

// controllerOf is a controller that does not run, and sees these objects.
func controllerOf(t *testing.T, service *corev1.Service, nodes ...*corev1.Node) *controller {
	t.Helper()
	client := fake.NewClientset(service)
	factory := informers.NewSharedInformerFactory(client, 0)
	c := &controller{
		client: client, balancers: &cloud{balanced: map[string]ocisim.ServiceBalancer{}}, log: t.Logf,
		services: factory.Core().V1().Services().Lister(), slices: factory.Discovery().V1().EndpointSlices().Lister(),
		nodes: factory.Core().V1().Nodes().Lister(),
	}
	if err := factory.Core().V1().Services().Informer().GetIndexer().Add(service); err != nil {
		t.Fatal(err)
	}
	if err := factory.Discovery().V1().EndpointSlices().Informer().GetIndexer().Add(endpoints(map[string]bool{"a": true})); err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes {
		if err := factory.Core().V1().Nodes().Informer().GetIndexer().Add(node); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func nameOf(service *corev1.Service) cache.ObjectName { return cache.MetaObjectToName(service) }
