package provisioning_test

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec/check"
)

// accountMount is where Kubernetes mounts an account's token.
const accountMount = "/var/run/secrets/kubernetes.io/serviceaccount"

var _ = Describe("Pods of the applications", func() {
	check.It("SEC-005", func(ctx SpecContext) {
		for _, app := range p.Spec.Deployments {
			for _, pod := range podsOf(ctx, app) {
				expect.Subject{What: "privileges of " + app.Name, From: "pod " + pod.Name, Object: &pod}.
					Is(privileges(&pod, container(&pod, app.Name)), []string{})
			}
		}
	}, brief)

	check.It("SEC-008", func(ctx SpecContext) {
		for _, app := range p.Spec.Deployments {
			for _, pod := range podsOf(ctx, app) {
				expect.Subject{What: "tokens that " + app.Name + " is given", From: "pod " + pod.Name, Object: &pod}.
					Is(tokens(&pod, container(&pod, app.Name)), []string{})
			}
		}
	}, brief)
})

// privileges lists what a container may do that no application needs.
func privileges(pod *corev1.Pod, c *corev1.Container) []string {
	found := []string{}
	add := func(is bool, what string) {
		if is {
			found = append(found, what)
		}
	}
	whole := ptr.Deref(pod.Spec.SecurityContext, corev1.PodSecurityContext{})
	own := ptr.Deref(c.SecurityContext, corev1.SecurityContext{})
	user := own.RunAsUser
	if user == nil {
		user = whole.RunAsUser
	}
	notRoot := ptr.Deref(own.RunAsNonRoot, ptr.Deref(whole.RunAsNonRoot, false))
	add(user != nil && *user == 0, "runs as root")
	add(!notRoot && user == nil, "may run as root")
	add(ptr.Deref(own.AllowPrivilegeEscalation, true), "may gain privileges")
	add(ptr.Deref(own.Privileged, false), "is privileged")
	add(pod.Spec.HostNetwork || pod.Spec.HostPID || pod.Spec.HostIPC, "shares namespaces of its node")
	capabilities := ptr.Deref(own.Capabilities, corev1.Capabilities{})
	for _, capability := range capabilities.Add {
		found = append(found, "has capability "+string(capability))
	}
	add(!slices.Contains(capabilities.Drop, "ALL"), "keeps the default capabilities")
	return found
}

// tokens lists where a container finds a token for the Kubernetes API.
func tokens(pod *corev1.Pod, c *corev1.Container) []string {
	found := []string{}
	for _, mount := range c.VolumeMounts {
		holds := strings.HasPrefix(mount.MountPath, accountMount)
		for _, volume := range pod.Spec.Volumes {
			if volume.Name != mount.Name || volume.Projected == nil {
				continue
			}
			holds = holds || slices.ContainsFunc(volume.Projected.Sources, func(s corev1.VolumeProjection) bool { return s.ServiceAccountToken != nil })
		}
		if holds {
			found = append(found, fmt.Sprintf("%s (volume %s)", mount.MountPath, mount.Name))
		}
	}
	return found
}
