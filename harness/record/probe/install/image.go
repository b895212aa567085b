package install

import (
	"errors"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// The image's name and its place on nodes into which images are put.
const (
	imageName = "probe:dev"
	ownHost   = "assay.dev"
)

// The environment variables that say where nodes of OKE pull the project's own
// images, as deploy/README.md describes them.
const (
	registryEnv   = "ASSAY_IMAGE_REGISTRY"
	pullSecretEnv = "ASSAY_IMAGE_PULL_SECRET"
)

// pullable returns an error where the nodes have nowhere to pull the image from.
func (p *Probe) pullable() error {
	if p.Target == spec.OKE && os.Getenv(registryEnv) == "" {
		return errors.New("install the probe: " + registryEnv + " is not set: it names the registry and repository from which OKE pulls the project's images")
	}
	return nil
}

// image returns the reference of the probe's image and when it is pulled. On OKE a
// registry serves it, where the same tag stands for another image after each push;
// elsewhere it is put into the nodes.
func (p *Probe) image() (string, corev1.PullPolicy) {
	if p.Target != spec.OKE {
		return ownHost + "/" + imageName, corev1.PullIfNotPresent
	}
	return strings.TrimSuffix(os.Getenv(registryEnv), "/") + "/" + imageName, corev1.PullAlways
}

// pullSecrets are those of a private registry.
func (p *Probe) pullSecrets() []corev1.LocalObjectReference {
	if name := os.Getenv(pullSecretEnv); p.Target == spec.OKE && name != "" {
		return []corev1.LocalObjectReference{{Name: name}}
	}
	return nil
}
