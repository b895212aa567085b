package cloudcontroller

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
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

// likeAPIServer updates Services as an API server does, and the fake one does not: who has
// read an older version is refused, and a new status changes nothing beside it.
func likeAPIServer(tracker clienttesting.ObjectTracker) clienttesting.ReactionFunc {
	var mu sync.Mutex
	version := 0
	return func(action clienttesting.Action) (bool, runtime.Object, error) {
		mu.Lock()
		defer mu.Unlock()
		service := action.(clienttesting.UpdateAction).GetObject().(*corev1.Service).DeepCopy()
		found, err := tracker.Get(action.GetResource(), service.Namespace, service.Name)
		if err != nil {
			return true, nil, err
		}
		stored := found.(*corev1.Service).DeepCopy()
		if stored.ResourceVersion != service.ResourceVersion {
			return true, nil, apierrors.NewConflict(action.GetResource().GroupResource(), service.Name, errors.New("read before it was changed"))
		}
		if action.GetSubresource() == "status" {
			stored.Status = service.Status
		} else {
			service.Status, stored = stored.Status, service
		}
		version++
		stored.ResourceVersion = strconv.Itoa(version)
		return true, stored, tracker.Update(action.GetResource(), stored, stored.Namespace)
	}
}

func nameOf(service *corev1.Service) cache.ObjectName { return cache.MetaObjectToName(service) }
