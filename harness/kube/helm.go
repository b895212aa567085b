package kube

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// releaseLimit bounds a release that is unpacked, in bytes.
const releaseLimit = 16 << 20

// InstalledImages returns the images of a Deployment by container, as the Helm
// release that installed it says. Helm keeps each release in a Secret, as JSON,
// compressed and encoded twice.
func (c *Cluster) InstalledImages(ctx context.Context, namespace, deployment string) (map[string]string, error) {
	var releases corev1.SecretList
	if err := c.List(ctx, &releases, client.InNamespace(namespace), client.MatchingLabels{"owner": "helm", "status": "deployed"}); err != nil {
		return nil, fmt.Errorf("list the Helm releases of %s: %w", namespace, err)
	}
	for _, release := range releases.Items {
		manifest, err := manifestOf(release.Data["release"])
		if err != nil {
			return nil, fmt.Errorf("read the Helm release in %s: %w", release.Name, err)
		}
		for document := range strings.SplitSeq("\n"+manifest, "\n---") {
			var object appsv1.Deployment
			if err := yaml.Unmarshal([]byte(document), &object); err != nil || object.Kind != "Deployment" || object.Name != deployment {
				continue // another kind need not decode as a Deployment
			}
			images := map[string]string{}
			for _, container := range object.Spec.Template.Spec.Containers {
				images[container.Name] = container.Image
			}
			return images, nil
		}
	}
	return nil, fmt.Errorf("none of %d Helm releases in %s installed the deployment %s", len(releases.Items), namespace, deployment)
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
