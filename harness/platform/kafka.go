package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/spec"
)

// kafkaTimeout bounds the time from the Kafka resource's creation until
// broker, topics and their operator are ready. On two busy cores 112 s were seen.
const kafkaTimeout = 6 * time.Minute

// kafkaResources are Strimzi's resources that carry a condition Ready.
var (
	kafkaTopics    = schema.GroupVersionResource{Group: "kafka.strimzi.io", Version: "v1beta2", Resource: "kafkatopics"}
	kafkaResources = []schema.GroupVersionResource{
		{Group: "kafka.strimzi.io", Version: "v1beta2", Resource: "kafkas"},
		kafkaTopics,
	}
)

func (p *Platform) dynamic() (dynamic.Interface, error) {
	config, err := target.Read(p.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the platform's kubeconfig: %w", err)
	}
	return dynamic.NewForConfig(config)
}

// unreadyKafka lists the Kafka clusters and topics of a platform that are not ready.
func unreadyKafka(ctx context.Context, client dynamic.Interface, p *spec.Platform) ([]string, error) {
	var found []string
	for _, resource := range kafkaResources {
		list, err := client.Resource(resource).Namespace(p.Kafka.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", resource.Resource, err)
		}
		if len(list.Items) == 0 && (resource != kafkaTopics || len(p.Topics) > 0) {
			found = append(found, "there are no "+resource.Resource)
		}
		for _, item := range list.Items {
			if ok, why := isReady(item); !ok {
				found = append(found, fmt.Sprintf("%s %s: %s", item.GetKind(), item.GetName(), why))
			}
		}
	}
	return found, nil
}

// awaitKafka waits until every Kafka cluster and topic of a platform is ready.
func awaitKafka(ctx context.Context, client dynamic.Interface, p *spec.Platform) error {
	ctx, cancel := context.WithTimeout(ctx, kafkaTimeout)
	defer cancel()
	for _, resource := range kafkaResources {
		if err := awaitResource(ctx, client.Resource(resource).Namespace(p.Kafka.Namespace)); err != nil {
			left, listErr := unreadyKafka(context.WithoutCancel(ctx), client, p)
			if listErr != nil {
				return fmt.Errorf("wait for %s: %w", resource.Resource, err)
			}
			return fmt.Errorf("wait for %s: %w: %s", resource.Resource, err, strings.Join(left, "; "))
		}
	}
	return nil
}

// awaitResource watches until all items of a resource are ready.
func awaitResource(ctx context.Context, client dynamic.ResourceInterface) error {
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	waiting := map[string]bool{}
	note := func(item unstructured.Unstructured) {
		if ok, _ := isReady(item); ok {
			delete(waiting, item.GetName())
		} else {
			waiting[item.GetName()] = true
		}
	}
	for _, item := range list.Items {
		note(item)
	}
	watcher, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for len(waiting) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event, open := <-watcher.ResultChan():
			if !open {
				return awaitResource(ctx, client)
			}
			item, ok := event.Object.(*unstructured.Unstructured)
			if !ok {
				return fmt.Errorf("watch: %v", event.Object)
			}
			if event.Type == watch.Deleted {
				delete(waiting, item.GetName())
				continue
			}
			note(*item)
		}
	}
	return nil
}

// isReady reports whether the resource's condition Ready is true for its
// present generation, and if not, what its conditions say.
func isReady(item unstructured.Unstructured) (bool, string) {
	observed, _, _ := unstructured.NestedInt64(item.Object, "status", "observedGeneration")
	conditions, _, _ := unstructured.NestedSlice(item.Object, "status", "conditions")
	var texts []string
	for _, entry := range conditions {
		condition, _ := entry.(map[string]any)
		if condition["type"] == "Ready" && condition["status"] == "True" && observed >= item.GetGeneration() {
			return true, ""
		}
		texts = append(texts, fmt.Sprintf("%v=%v %v %v", condition["type"], condition["status"], condition["reason"], condition["message"]))
	}
	if len(texts) == 0 {
		return false, "no status yet"
	}
	slices.Sort(texts)
	return false, strings.Join(texts, ", ")
}
