package drain

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Follow calls look once at the start and after each change of the cluster's
// PersistentVolumes and Services, until ctx ends. Changes that come while look runs
// lead to one more call. It goes on after an error of look and returns the last one
// that no later look made good.
func Follow(ctx context.Context, client kubernetes.Interface, poll func(context.Context) error) error {
	changed := make(chan struct{}, 1)
	notice := func() {
		select {
		case changed <- struct{}{}:
		default: // the next look is already due
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { notice() },
		UpdateFunc: func(any, any) { notice() },
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	for _, informer := range []cache.SharedIndexInformer{
		factory.Core().V1().PersistentVolumes().Informer(), factory.Core().V1().Services().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return fmt.Errorf("follow the cluster's volumes and services: %w", err)
		}
	}
	watching, stop := context.WithCancel(ctx)
	factory.Start(watching.Done())
	defer factory.Shutdown() // waits for the informers
	defer stop()
	notice()
	var failed error
	for {
		select {
		case <-ctx.Done():
			return failed
		case <-changed:
			if err := poll(ctx); !errors.Is(err, context.Canceled) {
				failed = err
			}
		}
	}
}
