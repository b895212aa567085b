package kube_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"assay.dev/assay/harness/kube"
)

// harmless is a pod that no list finds fault with; change changes it.
func harmless(change func(*corev1.Pod, *corev1.Container)) (*corev1.Pod, *corev1.Container) {
	pod := kube.ProbePod("todo-app", "probe")
	change(pod, &pod.Spec.Containers[0])
	return pod, &pod.Spec.Containers[0]
}

func TestPrivileges(t *testing.T) {
	tests := []struct {
		want   string
		change func(*corev1.Pod, *corev1.Container)
	}{
		{"", func(*corev1.Pod, *corev1.Container) {}},
		{"runs as root", func(_ *corev1.Pod, c *corev1.Container) { c.SecurityContext.RunAsUser = ptr.To(int64(0)) }},
		{"runs as root", func(p *corev1.Pod, _ *corev1.Container) { p.Spec.SecurityContext.RunAsUser = ptr.To(int64(0)) }},
		{"may run as root", func(p *corev1.Pod, _ *corev1.Container) {
			p.Spec.SecurityContext.RunAsUser, p.Spec.SecurityContext.RunAsNonRoot = nil, nil
		}},
		{"may run as root", func(p *corev1.Pod, c *corev1.Container) {
			p.Spec.SecurityContext.RunAsUser, c.SecurityContext.RunAsNonRoot = nil, ptr.To(false)
		}},
		{"may gain privileges", func(_ *corev1.Pod, c *corev1.Container) { c.SecurityContext.AllowPrivilegeEscalation = nil }},
		{"is privileged", func(_ *corev1.Pod, c *corev1.Container) { c.SecurityContext.Privileged = ptr.To(true) }},
		{"shares namespaces of its node", func(p *corev1.Pod, _ *corev1.Container) { p.Spec.HostPID = true }},
		{"has capability NET_RAW", func(_ *corev1.Pod, c *corev1.Container) {
			c.SecurityContext.Capabilities.Add = []corev1.Capability{"NET_RAW"}
		}},
		{"has the default capabilities", func(_ *corev1.Pod, c *corev1.Container) { c.SecurityContext.Capabilities = nil }},
	}
	for _, test := range tests {
		if got := strings.Join(kube.Privileges(harmless(test.change)), ", "); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestAPodWithoutSettingsHasPrivileges(t *testing.T) {
	got := kube.Privileges(&corev1.Pod{}, &corev1.Container{})
	if want := []string{"may run as root", "may gain privileges", "has the default capabilities"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTokens(t *testing.T) {
	projected := func(name string) corev1.Volume {
		return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
			Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}},
		}}}
	}
	mount := func(name, path string) func(*corev1.Pod, *corev1.Container) {
		return func(p *corev1.Pod, c *corev1.Container) {
			p.Spec.Volumes = []corev1.Volume{projected("api"), {Name: "tmp"}}
			c.VolumeMounts = []corev1.VolumeMount{{Name: name, MountPath: path}}
		}
	}
	tests := []struct {
		name   string
		want   int
		change func(*corev1.Pod, *corev1.Container)
	}{
		{"none", 0, func(*corev1.Pod, *corev1.Container) {}},
		{"a volume that another container mounts", 0, mount("tmp", "/tmp")},
		{"a projected token anywhere", 1, mount("api", "/somewhere")},
		{"the account's own place", 1, mount("tmp", "/var/run/secrets/kubernetes.io/serviceaccount")},
	}
	for _, test := range tests {
		if got := kube.Tokens(harmless(test.change)); len(got) != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

func TestPlainCredentials(t *testing.T) {
	variable := func(name, value string) func(*corev1.PodTemplateSpec) {
		return func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Env = []corev1.EnvVar{{Name: name, Value: value}}
		}
	}
	tests := []struct {
		name   string
		want   int
		change func(*corev1.PodTemplateSpec)
	}{
		{"a name", 0, variable("STATESTORE_NAME", "statestore")},
		{"an address", 0, variable("WEBSOCKET_WORKER_URL", "http://websocket-worker:8004")},
		{"a reference", 0, func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "DB_PASSWORD", ValueFrom: &corev1.EnvVarSource{}}}
		}},
		{"a password", 1, variable("DB_PASSWORD", "x")},
		{"a token", 1, variable("API_TOKEN", "x")},
		{"a key", 1, variable("API_KEY", "x")},
		{"an address with a password", 1, variable("DATABASE", "postgres://todo:x@db/todo")},
		{"a connection string", 1, variable("DATABASE", "host=db password=x")},
		{"an argument", 1, func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Args = []string{"--broker=amqp://u:x@mq"}
		}},
		{"an annotation", 1, func(t *corev1.PodTemplateSpec) {
			t.Annotations = map[string]string{"dapr.io/env": "DSN=postgres://u:x@db"}
		}},
	}
	for _, test := range tests {
		template := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}}}}
		test.change(template)
		if got := kube.PlainCredentials(template); len(got) != test.want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}
