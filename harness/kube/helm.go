package kube

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// releaseLimit bounds a release that is unpacked, in bytes.
const releaseLimit = 16 << 20

// InstalledImages returns the images of a Deployment by container, as the Helm
// release that installed it says.
func (c *Cluster) InstalledImages(ctx context.Context, namespace, deployment string) (map[string]string, error) {
	images := map[string]string{}
	seen, err := c.installed(ctx, func(_ string, document []byte) {
		var object appsv1.Deployment
		if err := yaml.Unmarshal(document, &object); err != nil || object.Kind != "Deployment" || object.Name != deployment {
			return // another kind need not decode as a Deployment
		}
		for _, container := range object.Spec.Template.Spec.Containers {
			images[container.Name] = container.Image
		}
	}, client.InNamespace(namespace))
	if err == nil && len(images) == 0 {
		err = fmt.Errorf("none of %d Helm releases in %s installed the deployment %s", seen, namespace, deployment)
	}
	return images, err
}

// Installed returns what the Helm releases of all namespaces have installed or, where those
// may not be read, of some.
func (c *Cluster) Installed(ctx context.Context, namespaces ...string) (Installed, error) {
	all := Installed{objects: map[schema.GroupKind]map[types.NamespacedName]bool{}}
	add := func(namespace string, document []byte) {
		var object metav1.PartialObjectMetadata
		if err := yaml.Unmarshal(document, &object); err != nil || object.Kind == "" {
			return // empty, or no object
		}
		kind := object.GroupVersionKind().GroupKind()
		if all.objects[kind] == nil {
			all.objects[kind] = map[types.NamespacedName]bool{}
		}
		// An object that names no namespace goes to the release's, if its kind has any.
		for _, at := range []string{object.Namespace, cmp.Or(object.Namespace, namespace)} {
			all.objects[kind][types.NamespacedName{Namespace: at, Name: object.Name}] = true
		}
	}
	_, err := c.installed(ctx, add)
	if !apierrors.IsForbidden(err) {
		return all, err
	}
	all.read = slices.Clone(namespaces)
	for _, namespace := range namespaces {
		if _, err := c.installed(ctx, add, client.InNamespace(namespace)); err != nil {
			return all, err
		}
	}
	return all, nil
}

// installed hands over the documents of all deployed releases with the namespace of the
// release, and counts these. Helm
// keeps each release in a Secret, as JSON, compressed and encoded twice.
func (c *Cluster) installed(ctx context.Context, each func(namespace string, document []byte), where ...client.ListOption) (int, error) {
	var releases corev1.SecretList
	if err := c.List(ctx, &releases, append(where, client.MatchingLabels{"owner": "helm", "status": "deployed"})...); err != nil {
		return 0, fmt.Errorf("list the Helm releases: %w", err)
	}
	for _, release := range releases.Items {
		manifest, err := manifestOf(release.Data["release"])
		if err != nil {
			return 0, fmt.Errorf("read the Helm release in %s: %w", release.Name, err)
		}
		for document := range strings.SplitSeq("\n"+manifest, "\n---") {
			each(release.Namespace, []byte(document))
		}
	}
	return len(releases.Items), nil
}

func manifestOf(stored []byte) (string, error) {
	packed, err := base64.StdEncoding.DecodeString(string(stored))
	if err != nil {
		return "", err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(io.LimitReader(unpacked, releaseLimit))
	if err != nil {
		return "", err
	}
	var release struct {
		Manifest string `json:"manifest"`
	}
	if err := json.Unmarshal(content, &release); err != nil {
		return "", err
	}
	return release.Manifest, nil
}
