package kube

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// accountMount is where Kubernetes mounts an account's token.
const accountMount = "/var/run/secrets/kubernetes.io/serviceaccount"

// withPassword matches an address or a connection string that holds a password.
var withPassword = regexp.MustCompile(`[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@|(?i)\bpassword\s*=\s*\S`)

// Privileges lists what a container may do that no application needs.
func Privileges(pod *corev1.Pod, c *corev1.Container) []string {
	found := []string{}
	add := func(is bool, what string) {
		if is {
			found = append(found, what)
		}
	}
	podContext := ptr.Deref(pod.Spec.SecurityContext, corev1.PodSecurityContext{})
	own := ptr.Deref(c.SecurityContext, corev1.SecurityContext{})
	user := own.RunAsUser
	if user == nil {
		user = podContext.RunAsUser
	}
	notRoot := ptr.Deref(own.RunAsNonRoot, ptr.Deref(podContext.RunAsNonRoot, false))
	add(user != nil && *user == 0, "runs as root")
	add(!notRoot && user == nil, "may run as root")
	add(ptr.Deref(own.AllowPrivilegeEscalation, true), "may gain privileges")
	add(ptr.Deref(own.Privileged, false), "is privileged")
	add(pod.Spec.HostNetwork || pod.Spec.HostPID || pod.Spec.HostIPC, "shares namespaces of its node")
	capabilities := ptr.Deref(own.Capabilities, corev1.Capabilities{})
	for _, capability := range capabilities.Add {
		found = append(found, "has capability "+string(capability))
	}
	add(!slices.Contains(capabilities.Drop, "ALL"), "has the default capabilities")
	return found
}

// Tokens lists where a container finds a token for the Kubernetes API.
func Tokens(pod *corev1.Pod, c *corev1.Container) []string {
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

// PlainCredentials lists settings of a template that hold a credential by their
// name or form, without the credential.
func PlainCredentials(template *corev1.PodTemplateSpec) []string {
	found := []string{}
	for _, c := range slices.Concat(template.Spec.InitContainers, template.Spec.Containers) {
		for _, variable := range c.Env {
			if variable.Value != "" && (IsSecretName(variable.Name) || withPassword.MatchString(variable.Value)) {
				found = append(found, fmt.Sprintf("variable %s of container %s", variable.Name, c.Name))
			}
		}
		for i, argument := range slices.Concat(c.Command, c.Args) {
			if withPassword.MatchString(argument) {
				found = append(found, fmt.Sprintf("word %d of the command of container %s", i, c.Name))
			}
		}
	}
	for key, value := range template.Annotations {
		if withPassword.MatchString(value) {
			found = append(found, "annotation "+key)
		}
	}
	return found
}

// IsSecretName reports whether a setting of that name holds a credential, however the
// words of its name are joined.
func IsSecretName(name string) bool {
	name = strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
	for _, word := range []string{"password", "passwd", "connectionstring", "secret", "token", "clientkey", "privatekey", "accesskey", "apikey"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
