package drain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// persistent is a volume as OKE's storage driver makes it, changed by change.
func persistent(name string, change func(*corev1.PersistentVolume)) *corev1.PersistentVolume {
	made := volume(name, corev1.PersistentVolumeReclaimDelete)
	made.Annotations = map[string]string{provisionedBy: volumeDriver}
	made.Spec.CSI = &corev1.CSIPersistentVolumeSource{Driver: volumeDriver, VolumeHandle: "ocid1.volume.oc1.." + name}
	made.Spec.ClaimRef = &corev1.ObjectReference{Namespace: "kafka", Name: "data-0"}
	change(made)
	return made
}

func TestSafetyOnlyWhatTheDriversMadeIsFound(t *testing.T) {
	balanced := service("ingress", corev1.ServiceTypeLoadBalancer)
	balanced.UID = "1-2-3"
	balanced.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.7"}, {Hostname: "named"}}
	external := service("external", corev1.ServiceTypeClusterIP)
	external.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.8"}}
	client := fake.NewClientset(
		balanced, external, service("pending", corev1.ServiceTypeLoadBalancer),
		persistent("ours", func(*corev1.PersistentVolume) {}),
		persistent("by-hand", func(v *corev1.PersistentVolume) { v.Annotations = nil }),
		persistent("kept", func(v *corev1.PersistentVolume) {
			v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRetain
		}),
		persistent("another-drivers", func(v *corev1.PersistentVolume) { v.Spec.CSI.Driver = "nfs.csi.k8s.io" }),
		persistent("of-a-host", func(v *corev1.PersistentVolume) { v.Spec.CSI = nil }),
	)
	got, err := Find(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	want := External{
		Volumes:   []Volume{{ID: "ocid1.volume.oc1..ours", PVC: "kafka/data-0"}},
		Balancers: []Balancer{{Service: "app/ingress", UID: "1-2-3", Addresses: []string{"203.0.113.7"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
