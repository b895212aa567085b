package provisioning

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("Probes", func() {
		p.It("deployment.probes", func(ctx SpecContext) {
			for _, want := range p.Spec.Deployments {
				for _, pod := range podsOf(ctx, want) {
					c := container(&pod, want.Name)
					hasProbe(ctx, &pod, want, "startup", c.StartupProbe, p.Spec.Rollout.Probes.Startup)
					hasProbe(ctx, &pod, want, "readiness", c.ReadinessProbe, p.Spec.Rollout.Probes.Readiness)
					hasProbe(ctx, &pod, want, "liveness", c.LivenessProbe, p.Spec.Rollout.Probes.Liveness)
					_, status := kube.Container(&pod, want.Name)
					passed := status != nil && status.Started != nil && *status.Started && status.Ready
					expect.Subject{What: "startup and readiness of " + pod.Name, From: "the kubelet", Object: &pod}.
						AssertThat(passed, "passed", fmt.Sprintf("passed: %v", passed))
				}
			}
		}, brief)
	})
})

// hasProbe fails the check unless a container has a probe, and what the probe
// asks for answers.
func hasProbe(ctx SpecContext, pod *corev1.Pod, app spec.Deployment, kind string, probe *corev1.Probe, want spec.Probe) {
	GinkgoHelper()
	subject := expect.Subject{What: kind + " probe of " + pod.Name, From: kubernetesAPI, Object: pod}
	if probe == nil || probe.HTTPGet == nil {
		subject.AssertThat(false, "a GET of "+want.Path, "no probe by HTTP")
		return
	}
	seconds := func(n int32) time.Duration { return time.Duration(n) * time.Second }
	subject.Is(
		fmt.Sprintf("GET %s every %s, %s at most, %d failures", probe.HTTPGet.Path, seconds(probe.PeriodSeconds), seconds(probe.TimeoutSeconds), probe.FailureThreshold),
		fmt.Sprintf("GET %s every %s, %s at most, %d failures", want.Path, want.Period, want.Timeout, want.FailureThreshold))
	answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), http.MethodGet, kube.PodURL(pod, app.Dapr.AppPort, probe.HTTPGet.Path), nil, "")
	asked := expect.Subject{What: probe.HTTPGet.Path + " of " + pod.Name, From: "the application"}
	asked.NoError(err)
	asked.AssertThat(answer.Status == http.StatusOK, "HTTP 200", answer.String())
}
