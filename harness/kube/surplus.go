package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// Installed is what the Helm releases of a cluster have installed.
type Installed struct {
	objects map[schema.GroupKind]map[types.NamespacedName]bool
	// read are the namespaces whose releases could be read, nil for all.
	read []string
}

// Has reports whether a release has installed an object.
func (i Installed) Has(kind schema.GroupKind, namespace, name string) bool {
	return i.objects[kind][types.NamespacedName{Namespace: namespace, Name: name}]
}

// Names reports whether an object names a release of a namespace whose releases could not be
// read, by the label and the annotation that Helm itself sets
// (https://helm.sh/docs/chart_best_practices/labels).
func (i Installed) Names(o *metav1.PartialObjectMetadata) bool {
	at := o.Annotations["meta.helm.sh/release-namespace"]
	return i.read != nil && at != "" && !slices.Contains(i.read, at) && o.Labels[ManagedByLabel] == "Helm"
}

// Surplus lists the objects of a kind that nobody accounts for, as namespace/name: no
// Helm release has installed them, no other object owns them, neither Kubernetes nor assay
// makes them by itself, and the specification does not allow them. A kind that the cluster
// does not know has none. Ingresses of other namespaces count when they are for the host
// of the platform.
func (c *Cluster) Surplus(ctx context.Context, s *spec.Spec, kind spec.ObjectKind, installed Installed) ([]string, error) {
	gvk := schema.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind}
	var surplus []string
	for _, namespace := range s.OwnNamespaces() {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(gvk.GroupVersion().WithKind(kind.Kind + "List"))
		if err := c.List(ctx, list, client.InNamespace(namespace)); meta.IsNoMatchError(err) {
			return nil, nil
		} else if err != nil {
			return nil, fmt.Errorf("list the %s of %s: %w", kind.Plural, namespace, err)
		}
		claims, err := c.mounted(ctx, kind.Kind, namespace)
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			o := &list.Items[i]
			if len(o.OwnerReferences) == 0 && o.Labels[ManagedByLabel] != ManagedBy && !byKubernetes(kind.Kind, o) &&
				!slices.Contains(claims, o.Name) && !installed.Has(gvk.GroupKind(), namespace, o.Name) && !installed.Names(o) && !s.Allows(kind.Kind, namespace, o.Name) {
				surplus = append(surplus, namespace+"/"+o.Name)
			}
		}
	}
	if kind.Kind != "Ingress" {
		return surplus, nil
	}
	foreign, err := c.ingressesFrom(ctx, s)
	return append(surplus, foreign...), err
}

// byKubernetes reports whether Kubernetes makes an object in each namespace, or Helm to
// remember a release.
func byKubernetes(kind string, o *metav1.PartialObjectMetadata) bool {
	switch kind {
	case "ConfigMap":
		return o.Name == "kube-root-ca.crt"
	case "ServiceAccount":
		return o.Name == "default"
	case "Secret":
		return o.Labels["owner"] == "helm" && strings.HasPrefix(o.Name, "sh.helm.release.v1.")
	}
	return false
}

// mounted are the claims that pods of a namespace mount: a StatefulSet makes claims for its
// pods, and is not named as their owner.
func (c *Cluster) mounted(ctx context.Context, kind, namespace string) ([]string, error) {
	if kind != "PersistentVolumeClaim" {
		return nil, nil
	}
	var pods corev1.PodList
	if err := c.List(ctx, &pods, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("list the pods of %s: %w", namespace, err)
	}
	var claims []string
	for _, pod := range pods.Items {
		for _, volume := range pod.Spec.Volumes {
			if volume.PersistentVolumeClaim != nil {
				claims = append(claims, volume.PersistentVolumeClaim.ClaimName)
			}
		}
	}
	return claims, nil
}
