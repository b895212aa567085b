package expect

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
)

// Bounds of a bundle: how much of each log, and how many events.
const (
	logLines  = int64(300)
	logBytes  = int64(128 << 10)
	mostEvent = 400
	// shortest is how long a secret value has to be to be hidden wherever it
	// appears; shorter ones ("todo") are words.
	shortest = 8
)

// secrets returns what replaces the values of all Secrets by a mark.
func (p *Platform) secrets(ctx context.Context) (*strings.Replacer, error) {
	var list corev1.SecretList
	err := p.Cluster.List(ctx, &list)
	if apierrors.IsForbidden(err) { // then those of other namespaces are in nothing that is read
		err = nil
		for _, namespace := range p.Spec.OwnNamespaces() {
			var own corev1.SecretList
			err = errors.Join(err, p.Cluster.List(ctx, &own, client.InNamespace(namespace)))
			list.Items = append(list.Items, own.Items...)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("learn which values are secret: %w", err)
	}
	var pairs []string
	for _, secret := range list.Items {
		for key, value := range secret.Data {
			if len(value) < shortest {
				continue
			}
			mark := fmt.Sprintf("<secret %s/%s %s>", secret.Namespace, secret.Name, key)
			pairs = append(pairs, string(value), mark, base64.StdEncoding.EncodeToString(value), mark)
		}
	}
	return strings.NewReplacer(pairs...), nil
}

func (b *bundle) nodes(ctx context.Context) {
	var list corev1.NodeList
	if err := b.platform.Cluster.List(ctx, &list); err != nil {
		b.note(err)
		return
	}
	b.save(kube.YAML(list.Items), "nodes.yaml")
}

// events keeps the last events of a namespace, oldest first.
func (b *bundle) events(ctx context.Context, namespace string) {
	var list corev1.EventList
	if err := b.platform.Cluster.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		b.note(err)
		return
	}
	at := func(e corev1.Event) time.Time {
		if e.LastTimestamp.IsZero() {
			return e.EventTime.Time
		}
		return e.LastTimestamp.Time
	}
	slices.SortFunc(list.Items, func(x, y corev1.Event) int { return at(x).Compare(at(y)) })
	var text strings.Builder
	for _, e := range list.Items[max(0, len(list.Items)-mostEvent):] {
		fmt.Fprintf(&text, "%s %-7s %-20s %s %s ×%d: %s\n", at(e).UTC().Format(time.TimeOnly), e.Type, e.Reason,
			e.InvolvedObject.Kind, e.InvolvedObject.Name, max(1, e.Count), e.Message)
	}
	b.save(text.String(), namespace, "events.txt")
}

// objects keeps what is declared in a namespace, and what became of it.
func (b *bundle) objects(ctx context.Context, namespace string) {
	for name, list := range map[string]client.ObjectList{
		"deployments": &appsv1.DeploymentList{}, "statefulsets": &appsv1.StatefulSetList{},
		"replicasets": &appsv1.ReplicaSetList{}, "services": &corev1.ServiceList{},
		"quotas": &corev1.ResourceQuotaList{}, "limitranges": &corev1.LimitRangeList{},
		"claims": &corev1.PersistentVolumeClaimList{}, "ingresses": &networkingv1.IngressList{},
		"networkpolicies": &networkingv1.NetworkPolicyList{},
	} {
		if err := b.platform.Cluster.List(ctx, list, client.InNamespace(namespace)); err != nil {
			b.note(err)
			continue
		}
		b.save(kube.YAML(list), namespace, name+".yaml")
	}
	for _, kind := range []schema.GroupVersionKind{
		kube.KafkaKind, kube.KafkaTopicKind, kube.PodSetKind, kube.ComponentKind, kube.SubscriptionKind, kube.ResiliencyKind,
	} {
		items, err := b.platform.Cluster.ListKind(ctx, kind, namespace)
		switch {
		case err != nil:
			b.note(err)
		case len(items) > 0:
			b.save(kube.YAML(items), namespace, strings.ToLower(kind.Kind)+".yaml")
		}
	}
}

// pods keeps each pod with the end of each container's log.
func (b *bundle) pods(ctx context.Context, namespace string) {
	var list corev1.PodList
	if err := b.platform.Cluster.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		b.note(err)
		return
	}
	for _, pod := range list.Items {
		b.save(kube.YAML(&pod), namespace, "pods", pod.Name+".yaml")
		for _, status := range append(slices.Clone(pod.Status.InitContainerStatuses), pod.Status.ContainerStatuses...) {
			if status.State.Waiting == nil || status.RestartCount > 0 {
				b.log(ctx, &pod, status.Name, false)
			}
			if status.RestartCount > 0 {
				b.log(ctx, &pod, status.Name, true)
			}
		}
	}
}

func (b *bundle) log(ctx context.Context, pod *corev1.Pod, container string, previous bool) {
	lines, bytes := logLines, logBytes
	content, err := b.platform.Cluster.Clients.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{
		Container: container, Previous: previous, TailLines: &lines, LimitBytes: &bytes,
	}).DoRaw(ctx)
	if err != nil {
		b.note(fmt.Errorf("log of %s in %s/%s: %w", container, pod.Namespace, pod.Name, err))
		return
	}
	name := container + ".log"
	if previous {
		name = container + ".previous.log"
	}
	b.save(string(content), pod.Namespace, "pods", pod.Name, name)
}
