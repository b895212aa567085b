package platform_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// probeImage has a server and a client that knows whether it can connect, under
// the same reference in both image modes.
const probeImage = "docker.io/library/postgres:15"

// startServer runs a PostgreSQL without a volume on one worker and waits for it.
func startServer(ctx SpecContext, namespace string) *corev1.Pod {
	GinkgoHelper()
	pod := probePod(namespace, "server")
	pod.Spec.Containers[0].Env = []corev1.EnvVar{
		{Name: "POSTGRES_PASSWORD", Value: "probe"}, {Name: "PGDATA", Value: "/tmp/data"},
	}
	pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{
		PeriodSeconds:    1,
		ProbeHandler:     corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"pg_isready", "--host=127.0.0.1"}}},
		FailureThreshold: 60,
	}
	Expect(cluster.Create(ctx, pod)).To(Succeed())
	Expect(cluster.AwaitPodReady(ctx, pod, timeouts.PodReady.Duration)).To(Succeed())
	return pod
}

// startClient runs a pod to connect from, on another node than the server.
func startClient(ctx SpecContext, namespace, name string) *corev1.Pod {
	GinkgoHelper()
	pod := probePod(namespace, name)
	pod.Spec.Containers[0].Command = []string{"sleep", "600"}
	pod.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "server"}},
			TopologyKey:   "kubernetes.io/hostname",
		}},
	}}
	Expect(cluster.Create(ctx, pod)).To(Succeed())
	Expect(cluster.AwaitPodReady(ctx, pod, timeouts.PodReady.Duration)).To(Succeed())
	return pod
}

func probePod(namespace, name string) *corev1.Pod {
	now := int64(0)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: &now,
			Containers:                    []corev1.Container{{Name: name, Image: probeImage}},
		},
	}
}

// reaches returns nil if the client can connect to the server.
func reaches(ctx context.Context, client, server *corev1.Pod) error {
	_, err := cluster.Exec(ctx, client.Namespace, client.Name, "", "pg_isready", "--host="+server.Status.PodIP, "--timeout=2")
	return err
}

// becomes polls until reaches returns an error, or none, several times in a row.
func becomes(ctx SpecContext, reachable bool, client, server *corev1.Pod) {
	GinkgoHelper()
	const inARow = 3
	seen := 0
	Eventually(func(ctx SpecContext) int {
		if (reaches(ctx, client, server) == nil) == reachable {
			seen++
		} else {
			seen = 0
		}
		return seen
	}).WithContext(ctx).WithPolling(timeouts.PollInterval.Duration).WithTimeout(timeouts.FaultEffect.Duration).
		Should(BeNumerically(">=", inARow), "reachable: %v", reachable)
}
