package drain

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestFollowSeesWhatAppears(t *testing.T) {
	client := fake.NewClientset()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	looks := make(chan int)
	failing := errors.New("the first look fails")
	first := true
	ended := make(chan error, 1)
	go func() {
		ended <- Follow(ctx, client, func(ctx context.Context) error {
			found, err := Find(ctx, client)
			select {
			case looks <- len(found.Volumes) + len(found.Balancers):
			case <-ctx.Done():
			}
			if first {
				first = false
				return failing
			}
			return err
		})
	}()
	until := func(want int) {
		for {
			select {
			case got := <-looks:
				if got == want {
					return
				}
			case <-ctx.Done():
				t.Fatalf("%d were not seen", want)
			}
		}
	}
	until(0)
	if _, err := client.CoreV1().PersistentVolumes().Create(ctx, persistent("ours", func(*corev1.PersistentVolume) {}), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(1)
	balanced := service("ingress", corev1.ServiceTypeLoadBalancer)
	if _, err := client.CoreV1().Services("app").Create(ctx, balanced, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	balanced.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.7"}}
	if _, err := client.CoreV1().Services("app").UpdateStatus(ctx, balanced, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(2)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("error is %v, though a later look made it good", err)
	}
}
