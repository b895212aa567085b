package drain

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestFollowSeesWhatAppears(t *testing.T) {
	client, watched := watchable()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	polls := make(chan int)
	failing := errors.New("the first look fails")
	first := true
	ended := make(chan error, 1)
	go func() {
		ended <- Follow(ctx, client, func(ctx context.Context) error {
			found, err := Find(ctx, client)
			select {
			case polls <- len(found.Volumes) + len(found.Balancers):
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
			case got := <-polls:
				if got == want {
					return
				}
			case <-ctx.Done():
				t.Fatalf("%d were not seen", want)
			}
		}
	}
	until(0)
	for range 2 { // the volumes and the services
		select {
		case <-watched:
		case <-ctx.Done():
			t.Fatal("nothing is watched")
		}
	}
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

// watchable is a fake API server that says when a watch has started. The fake knows no
// resource versions: what is made between an informer's list and its watch is never
// seen (client-go, examples/fake-client).
func watchable() (*fake.Clientset, <-chan struct{}) {
	client, watched := fake.NewClientset(), make(chan struct{}, 8)
	client.PrependWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		started, err := client.Tracker().Watch(action.GetResource(), action.GetNamespace())
		watched <- struct{}{}
		return true, started, err
	})
	return client, watched
}
