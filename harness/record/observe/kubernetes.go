package observe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"

	"assay.dev/assay/harness/history"
)

// Kubernetes watches pods, deployments and events. A watch that breaks is taken
// up where it was; if the API server does not remember that far, there is a gap.
type Kubernetes struct {
	log        Log
	namespaces []string
	start      history.Nanos

	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	gaps   []history.Gap
	lost   string
	failed error // of the history, the first
}

// kind is a kind of object that is watched: how it is listed and watched, and
// what becomes an entry of the history.
type kind struct {
	list  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch cache.WatchFuncWithContext
	entry func(object runtime.Object, seen history.Nanos, deleted bool) (history.Entry, string)
	// present: what is there at the start is an entry too.
	present bool
}

// WatchKubernetes records what is in namespaces, and each change until Stop.
func WatchKubernetes(ctx context.Context, log Log, client kubernetes.Interface, namespaces ...string) (*Kubernetes, error) {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	k := &Kubernetes{log: log, namespaces: namespaces, start: log.Now(), stop: stop}
	for name, kind := range kindsOf(client) {
		version, err := k.list(ctx, kind)
		if err != nil {
			stop()
			k.running.Wait()
			return nil, fmt.Errorf("watch %s: %w", name, err)
		}
		k.running.Go(func() { k.follow(watching, name, kind, version) })
	}
	return k, nil
}

func kindsOf(client kubernetes.Interface) map[string]kind {
	const all = metav1.NamespaceAll
	return map[string]kind{
		"pods": {
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return client.CoreV1().Pods(all).List(ctx, o)
			},
			watch: client.CoreV1().Pods(all).Watch, entry: podEntry, present: true,
		},
		"deployments": {
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return client.AppsV1().Deployments(all).List(ctx, o)
			},
			watch: client.AppsV1().Deployments(all).Watch, entry: deploymentEntry, present: true,
		},
		"events": {
			list: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
				return client.CoreV1().Events(all).List(ctx, o)
			},
			watch: client.CoreV1().Events(all).Watch, entry: eventEntry,
		},
	}
}

// list records what is there, and returns the version from which to watch.
func (k *Kubernetes) list(ctx context.Context, kind kind) (string, error) {
	list, err := kind.list(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	meta, ok := list.(metav1.ListInterface)
	if !ok {
		return "", fmt.Errorf("%T has no version", list)
	}
	if !kind.present {
		return meta.GetResourceVersion(), nil
	}
	switch list := list.(type) {
	case *corev1.PodList:
		for i := range list.Items {
			k.record(kind, &list.Items[i], false)
		}
	case *appsv1.DeploymentList:
		for i := range list.Items {
			k.record(kind, &list.Items[i], false)
		}
	}
	return meta.GetResourceVersion(), nil
}

// follow watches until ctx ends, and lists again where the past is forgotten.
func (k *Kubernetes) follow(ctx context.Context, name string, kind kind, version string) {
	for ctx.Err() == nil {
		last, err := k.watch(ctx, kind, version)
		if err == nil {
			continue
		}
		if !apierrors.IsGone(err) && !apierrors.IsResourceExpired(err) {
			k.lose(fmt.Sprintf("watch of %s: %v", name, err))
			return
		}
		if version, err = k.list(ctx, kind); err != nil {
			if ctx.Err() == nil {
				k.lose(fmt.Sprintf("list of %s: %v", name, err))
			}
			return
		}
		k.mu.Lock()
		k.gaps = append(k.gaps, history.Gap{From: last, To: k.log.Now(), Why: "the API server has forgotten the changes of " + name})
		k.mu.Unlock()
	}
}

// watch records changes until ctx ends, which is no error, or the watch does. It
// returns when the last change came.
func (k *Kubernetes) watch(ctx context.Context, kind kind, version string) (history.Nanos, error) {
	last := k.log.Now()
	watcher, err := watchtools.NewRetryWatcherWithContext(ctx, version, &cache.ListWatch{WatchFuncWithContext: kind.watch})
	if err != nil {
		return last, err
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return last, nil
		case event, open := <-watcher.ResultChan():
			switch {
			case !open:
				return last, errors.New("it ended")
			case event.Type == watch.Error:
				return last, apierrors.FromObject(event.Object)
			case event.Type != watch.Bookmark:
				k.record(kind, event.Object, event.Type == watch.Deleted)
			}
			last = k.log.Now()
		}
	}
}

func (k *Kubernetes) record(kind kind, object runtime.Object, deleted bool) {
	entry, namespace := kind.entry(object, k.log.Now(), deleted)
	if entry == nil || !slices.Contains(k.namespaces, namespace) {
		return
	}
	if err := k.log.Write(entry); err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.failed == nil {
			k.failed = err
		}
	}
}

func (k *Kubernetes) lose(why string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lost == "" {
		k.lost = why
	}
}

// Stop ends the watches and says how well they held out. The error is of the history.
func (k *Kubernetes) Stop() error {
	k.stop()
	k.running.Wait()
	seen := history.Observer{Name: "kubernetes", Kinds: []history.Kind{history.Pods, history.Deployments, history.KubeEvents}, Start: k.start, End: k.log.Now(), Gaps: k.gaps, Lost: k.lost}
	return errors.Join(k.failed, k.log.Write(seen))
}

func podEntry(object runtime.Object, seen history.Nanos, deleted bool) (history.Entry, string) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return nil, ""
	}
	entry := history.Pod{
		Seen: seen, Namespace: pod.Namespace, Name: pod.Name, UID: string(pod.UID), Node: pod.Spec.NodeName,
		Phase: string(pod.Status.Phase), Deleted: deleted,
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			entry.Ready = condition.Status == corev1.ConditionTrue
		}
	}
	for _, container := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		entry.Restarts += container.RestartCount
	}
	return entry, pod.Namespace
}

func deploymentEntry(object runtime.Object, seen history.Nanos, deleted bool) (history.Entry, string) {
	d, ok := object.(*appsv1.Deployment)
	if !ok {
		return nil, ""
	}
	entry := history.Deployment{
		Seen: seen, Namespace: d.Namespace, Name: d.Name, Generation: d.Generation, Observed: d.Status.ObservedGeneration,
		Replicas: 1, Updated: d.Status.UpdatedReplicas, Ready: d.Status.ReadyReplicas,
		Available: d.Status.AvailableReplicas, Unavailable: d.Status.UnavailableReplicas, Deleted: deleted,
	}
	if d.Spec.Replicas != nil {
		entry.Replicas = *d.Spec.Replicas
	}
	// The controller counts revisions in an annotation; it is missing until it has seen the deployment.
	entry.Revision, _ = strconv.ParseInt(d.Annotations["deployment.kubernetes.io/revision"], 10, 64)
	if template, err := json.Marshal(d.Spec.Template); err == nil {
		digest := sha256.Sum256(template)
		entry.Template = hex.EncodeToString(digest[:8])
	}
	for _, condition := range d.Status.Conditions {
		if condition.Type == appsv1.DeploymentProgressing {
			entry.Progressing = condition.Reason
		}
	}
	return entry, d.Namespace
}

func eventEntry(object runtime.Object, seen history.Nanos, deleted bool) (history.Entry, string) {
	e, ok := object.(*corev1.Event)
	if !ok || deleted { // an event that is forgotten is no event
		return nil, ""
	}
	return history.KubeEvent{
		Seen: seen, Object: e.InvolvedObject.Kind + " " + e.InvolvedObject.Namespace + "/" + e.InvolvedObject.Name,
		Type: e.Type, Reason: e.Reason, Message: e.Message, Count: e.Count,
	}, e.Namespace
}
