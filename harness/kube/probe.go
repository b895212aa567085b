package kube

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ManagedBy marks, with ManagedByLabel, every object that a suite makes.
const (
	ManagedByLabel = "app.kubernetes.io/managed-by"
	ManagedBy      = "assay"
)

// ProbeImage has a shell that can open connections, under the same reference in
// both image modes.
const ProbeImage = "docker.io/library/postgres:15"

// probeLife is how long a probe lives at most, in seconds: one that outlives a
// killed run gives back what it takes of a quota.
const probeLife = int64(3600)

// ProbePod returns a pod to connect from. It fits into a namespace that enforces
// the strictest Pod Security level, and takes next to nothing of a quota.
func ProbePod(namespace, name string) *corev1.Pod {
	yes, no, user, now, life := true, false, int64(999), int64(0), probeLife
	small := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("20m"), corev1.ResourceMemory: resource.MustParse("32Mi"),
	}
	// With less, a shell takes longer to start than a connection to be refused.
	enough := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("32Mi"),
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, Labels: map[string]string{ManagedByLabel: ManagedBy, "app": name},
		},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: &now,
			ActiveDeadlineSeconds:         &life,
			AutomountServiceAccountToken:  &no,
			EnableServiceLinks:            &no,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: &yes, RunAsUser: &user, RunAsGroup: &user,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "probe", Image: ProbeImage, ImagePullPolicy: corev1.PullIfNotPresent,
				Command:   []string{"sleep", "infinity"},
				Resources: corev1.ResourceRequirements{Requests: small, Limits: enough},
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
					Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
			}},
		},
	}
}

// Reach tries to open a TCP connection from a probe pod and reports whether it
// came about. An error says that the attempt itself could not be made, which
// tells nothing about the network. limit bounds the attempt, in whole seconds.
func (c *Cluster) Reach(ctx context.Context, from *corev1.Pod, host string, port int, limit time.Duration) (open bool, err error) {
	script := fmt.Sprintf("if timeout %d bash -c 'exec 3<>/dev/tcp/%s/%d' 2>/dev/null; then echo open; else echo closed; fi",
		max(1, int(limit.Seconds())), host, port)
	out, err := c.Exec(ctx, from.Namespace, from.Name, "", "bash", "-c", script)
	if err != nil {
		return false, err
	}
	switch strings.TrimSpace(out) {
	case "open":
		return true, nil
	case "closed":
		return false, nil
	}
	return false, fmt.Errorf("connect from %s/%s to %s:%d: the probe said %q", from.Namespace, from.Name, host, port, out)
}
