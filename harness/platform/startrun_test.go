package platform

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// TestARunOnOKENodesIsOneOfOKE: its requirements hold, and its ingress answers at the
// load balancer's address.
func TestARunOnOKENodesIsOneOfOKE(t *testing.T) {
	balancer := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "ingress-nginx", Name: "ingress-controller"}}
	balancer.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "172.18.0.4"}}
	for nodes, want := range map[Nodes]run.Run{
		KindNodes: {Target: spec.Kind, Ingress: run.Endpoint{HTTP: "127.0.0.1:30080", HTTPS: "127.0.0.1:30443"}},
		OKENodes:  {Target: spec.OKE, Ingress: run.Endpoint{HTTP: "172.18.0.4:80", HTTPS: "172.18.0.4:443"}},
	} {
		p := withNodes(t, string(nodes))
		state := State{Phase: PhaseReady, Images: Hermetic, Nodes: nodes, ClusterUID: "u-1"}
		if nodes == KindNodes {
			state.IngressPorts = nodePorts
		}
		if err := p.saveState(state); err != nil {
			t.Fatal(err)
		}
		cluster := &kube.Cluster{Clients: fake.NewClientset(system(nil), balancer)}
		r, err := p.StartRunIn(t.Context(), t.TempDir(), cluster, "assay test")
		if err != nil {
			t.Fatal(err)
		}
		if r.Target != want.Target || r.Ingress != want.Ingress || r.Images != string(Hermetic) {
			t.Errorf("nodes %q: target %s, images %s, ingress %+v, want %s at %+v", nodes, r.Target, r.Images, r.Ingress, want.Target, want.Ingress)
		}
	}
}

// TestTheCallerKnowsWhereTheIngressIs starts a run on a cluster whose ingress no Service of
// the type LoadBalancer leads to.
func TestTheCallerKnowsWhereTheIngressIs(t *testing.T) {
	p := newPlatform(t)
	cluster := &kube.Cluster{Clients: fake.NewClientset(system(nil))}
	if _, err := p.StartRunIn(t.Context(), t.TempDir(), cluster, "assay test"); err == nil {
		t.Error("an address was found where there is none")
	}
	p.Ingress = run.Endpoint{HTTP: "192.0.2.1:80", HTTPS: "192.0.2.1:443"}
	r, err := p.StartRunIn(t.Context(), t.TempDir(), cluster, "assay test")
	if err != nil || r.Ingress != p.Ingress {
		t.Errorf("%+v, %v", r, err)
	}
	if ingress, err := p.IngressEndpoint(t.Context(), cluster); err != nil || ingress != p.Ingress {
		t.Errorf("%+v, %v", ingress, err)
	}
}
