package cloudcontroller

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"assay.dev/assay/infra/ocisim"
)

// cloud holds load balancers by name; while refusing, it makes none.
type cloud struct {
	mu       sync.Mutex
	balanced map[string]ocisim.ServiceBalancer
	refusals int
}

func (c *cloud) PutLoadBalancer(asked ocisim.ServiceBalancer) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusals > 0 {
		c.refusals--
		return "", ocisim.ErrNoCluster
	}
	c.balanced[asked.Name] = asked
	return "ocid1.loadbalancer.." + asked.Name, nil
}

func (c *cloud) RemoveLoadBalancer(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.balanced, name)
}

func (c *cloud) has(name string) (ocisim.ServiceBalancer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.balanced[name]
	return found, ok
}

func node(name, ip string) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: corev1.NodeStatus{
		Addresses:  []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: name}, {Type: corev1.NodeInternalIP, Address: ip}},
		Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
	}}
}

// endpoints has a pod of the ingress on each node, ready or not.
func endpoints(on map[string]bool) *discoveryv1.EndpointSlice {
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ingress-nginx", Name: "ingress-x1", Labels: map[string]string{discoveryv1.LabelServiceName: "ingress"},
	}}
	for name, ready := range on {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{NodeName: &name, Conditions: discoveryv1.EndpointConditions{Ready: &ready}})
	}
	return slice
}

func ingress(change func(*corev1.Service)) *corev1.Service {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ingress-nginx", Name: "ingress", UID: "uid-1", Annotations: map[string]string{
			subnetAnnotation: "ocid1.subnet..a", minMbpsAnnotation: "10", maxMbpsAnnotation: "10",
		}},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeLoadBalancer, ExternalTrafficPolicy: corev1.ServiceExternalTrafficPolicyLocal,
			Ports: []corev1.ServicePort{{Port: 80, NodePort: 31080}, {Port: 443, NodePort: 31443}},
		},
	}
	change(service)
	return service
}

// cluster runs the controller before what is given to a fake API server, once all that
// it watches is watched.
type cluster struct {
	t      *testing.T
	client *fake.Clientset
	cloud  *cloud
}

func run(t *testing.T, refusals int, service *corev1.Service, on map[string]bool, nodes ...*corev1.Node) cluster {
	t.Helper()
	balancers := &cloud{balanced: map[string]ocisim.ServiceBalancer{}, refusals: refusals}
	c := runWith(t, balancers, service, on, nodes...)
	c.cloud = balancers
	return c
}

func runWith(t *testing.T, balancers Balancers, service *corev1.Service, on map[string]bool, nodes ...*corev1.Node) cluster {
	t.Helper()
	client := fake.NewClientset(service, endpoints(on))
	for _, node := range nodes {
		if err := client.Tracker().Add(node); err != nil {
			t.Fatal(err)
		}
	}
	client.PrependReactor("update", "services", likeAPIServer(client.Tracker()))
	watched := make(chan string, 9)
	client.PrependWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		stream, err := client.Tracker().Watch(action.GetResource(), action.GetNamespace())
		watched <- action.GetResource().Resource
		return true, stream, err
	})
	c := cluster{t: t, client: client}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, client, balancers, t.Logf) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the controller does not end")
		}
	})
	all := map[string]bool{}
	for len(all) < 3 {
		select {
		case resource := <-watched:
			all[resource] = true
		case <-time.After(20 * time.Second):
			t.Fatalf("watched are only %v", all)
		}
	}
	return c
}

func (c cluster) service() *corev1.Service {
	c.t.Helper()
	service, err := c.client.CoreV1().Services("ingress-nginx").Get(c.t.Context(), "ingress", metav1.GetOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	return service
}

// until waits until the Service is as wanted.
func (c cluster) until(what string, wanted func(*corev1.Service) bool) *corev1.Service {
	c.t.Helper()
	err := wait.PollUntilContextTimeout(c.t.Context(), 5*time.Millisecond, 20*time.Second, true, func(context.Context) (bool, error) {
		return wanted(c.service()), nil
	})
	if err != nil {
		c.t.Fatalf("%s: the Service is %+v %+v", what, c.service().ObjectMeta, c.service().Status)
	}
	return c.service()
}

func at(address string) func(*corev1.Service) bool {
	return func(service *corev1.Service) bool { return current(service) == address }
}

func TestAServiceGetsAnAddressAndALoadBalancer(t *testing.T) {
	c := run(t, 0, ingress(func(*corev1.Service) {}), map[string]bool{"a": false, "c": true},
		node("a", "172.18.0.2"), node("b", "172.18.0.3"), node("c", "172.18.0.4"))
	service := c.until("an address", at("172.18.0.4"))
	if !slices.Contains(service.Finalizers, cleanup) {
		t.Errorf("nothing keeps the Service until its load balancer is gone: %v", service.Finalizers)
	}
	got, _ := c.cloud.has("uid-1")
	want := ocisim.ServiceBalancer{
		Name: "uid-1", SubnetIDs: []string{"ocid1.subnet..a"}, Address: "172.18.0.4",
		MinimumMbps: 10, MaximumMbps: 10, NodePorts: map[int]int{80: 31080, 443: 31443},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the load balancer (-want +got)\n%s", diff)
	}
}

// TestTheCloudIsAskedAgainUntilItHasACluster: the controller may start before Terraform.
func TestTheCloudIsAskedAgainUntilItHasACluster(t *testing.T) {
	c := run(t, 3, ingress(func(*corev1.Service) {}), map[string]bool{"a": true}, node("a", "172.18.0.2"))
	c.until("an address", at("172.18.0.2"))
}

func TestTheAddressFollowsThePods(t *testing.T) {
	c := run(t, 0, ingress(func(*corev1.Service) {}), map[string]bool{"a": true}, node("a", "172.18.0.2"), node("b", "172.18.0.3"))
	c.until("an address", at("172.18.0.2"))
	_, err := c.client.DiscoveryV1().EndpointSlices("ingress-nginx").Update(t.Context(), endpoints(map[string]bool{"b": true}), metav1.UpdateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c.until("the other node's address", at("172.18.0.3"))
	if got, _ := c.cloud.has("uid-1"); got.Address != "172.18.0.3" {
		t.Errorf("the load balancer still answers at %s", got.Address)
	}
}

// TestEveryNodeTakesInWhatIsForAllOfThem: with the policy Cluster, the address stays
// while its node is ready.
func TestEveryNodeTakesInWhatIsForAllOfThem(t *testing.T) {
	service := ingress(func(s *corev1.Service) { s.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyCluster })
	c := run(t, 0, service, map[string]bool{"b": true}, node("a", "172.18.0.2"), node("b", "172.18.0.3"))
	c.until("an address", at("172.18.0.2"))
	lost := node("a", "172.18.0.2")
	lost.Status.Conditions[0].Status = corev1.ConditionUnknown
	if _, err := c.client.CoreV1().Nodes().UpdateStatus(t.Context(), lost, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	c.until("the other node's address", at("172.18.0.3"))
}

func TestTheLoadBalancerGoesWithItsService(t *testing.T) {
	for name, end := range map[string]func(*corev1.Service){
		"deleted":          func(s *corev1.Service) { now := metav1.Now(); s.DeletionTimestamp = &now },
		"of another type":  func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeClusterIP },
		"of another class": func(s *corev1.Service) { class := "example.org/other"; s.Spec.LoadBalancerClass = &class },
	} {
		t.Run(name, func(t *testing.T) {
			c := run(t, 0, ingress(func(*corev1.Service) {}), map[string]bool{"a": true}, node("a", "172.18.0.2"))
			service := c.until("an address", at("172.18.0.2"))
			end(service)
			if _, err := c.client.CoreV1().Services("ingress-nginx").Update(t.Context(), service, metav1.UpdateOptions{}); err != nil {
				t.Fatal(err)
			}
			c.until("no finalizer", func(s *corev1.Service) bool { return !slices.Contains(s.Finalizers, cleanup) && current(s) == "" })
			if left, ok := c.cloud.has("uid-1"); ok {
				t.Errorf("left is %+v", left)
			}
		})
	}
}

func TestSafetyServicesOfOthersAreLeftAlone(t *testing.T) {
	class := "example.org/other"
	for name, change := range map[string]func(*corev1.Service){
		"of another type":  func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeNodePort },
		"of another class": func(s *corev1.Service) { s.Spec.LoadBalancerClass = &class },
	} {
		before := ingress(change)
		before.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.7"}}
		c := controllerOf(t, before, node("a", "172.18.0.2"))
		if err := c.reconcile(t.Context(), nameOf(before)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after, err := c.client.CoreV1().Services("ingress-nginx").Get(t.Context(), "ingress", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s: the Service is changed:\n%s", name, diff)
		}
	}
}

func TestAnAnnotationThatIsNoBandwidthIsAnError(t *testing.T) {
	for _, value := range []string{"", "ten", "0", "-1", "10Mbps"} {
		_, err := balancerOf(ingress(func(s *corev1.Service) { s.Annotations[minMbpsAnnotation] = value }), "172.18.0.2")
		if err == nil {
			t.Errorf("%q is taken as a bandwidth", value)
		}
	}
	asked, err := balancerOf(ingress(func(s *corev1.Service) { s.Annotations = nil }), "172.18.0.2")
	if err != nil || asked.MaximumMbps != defaultMbps || asked.SubnetIDs != nil {
		t.Errorf("without annotations it is %+v, %v", asked, err)
	}
}
