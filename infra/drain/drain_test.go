package drain

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func service(name string, kind corev1.ServiceType) *corev1.Service {
	return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "app", Name: name}, Spec: corev1.ServiceSpec{Type: kind}}
}

func pvc(name string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "kafka", Name: name}}
}

func pod(name, pvc string) *corev1.Pod {
	made := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "kafka", Name: name}}
	if pvc != "" {
		made.Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: pvc},
		}}}
	}
	return made
}

func volume(name string, policy corev1.PersistentVolumeReclaimPolicy) *corev1.PersistentVolume {
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PersistentVolumeSpec{PersistentVolumeReclaimPolicy: policy},
	}
}

func TestDrainTakesWhatHoldsCloudResources(t *testing.T) {
	client := fake.NewClientset(
		service("ingress", corev1.ServiceTypeLoadBalancer), service("backend", corev1.ServiceTypeClusterIP),
		pvc("data-0"), pod("broker", "data-0"), pod("operator", ""), volume("kept", corev1.PersistentVolumeReclaimRetain),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := Cluster(ctx, client, Options{Poll: time.Millisecond, Log: t.Logf}); err != nil {
		t.Fatal(err)
	}
	services, err := client.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil || len(services.Items) != 1 || services.Items[0].Name != "backend" {
		t.Errorf("services left are %v (%v), want backend", services.Items, err)
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil || len(pods.Items) != 1 || pods.Items[0].Name != "operator" {
		t.Errorf("pods left are %v (%v), want operator", pods.Items, err)
	}
	quota, err := client.CoreV1().ResourceQuotas("kafka").Get(ctx, quotaName, metav1.GetOptions{})
	if err != nil || !quota.Spec.Hard.Name(corev1.ResourcePersistentVolumeClaims, "").IsZero() {
		t.Errorf("new claims are not forbidden: %v", err)
	}
}

func TestDrainSaysWhatIsLeft(t *testing.T) {
	client := fake.NewClientset(volume("stuck", corev1.PersistentVolumeReclaimDelete))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := Cluster(ctx, client, Options{Poll: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("error is %v, want the volume's name", err)
	}
}
