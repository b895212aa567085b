package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// skew is how far a clock is set back: longer than any retry or timeout of the
// platform, shorter than a certificate of Dapr lives.
const skew = -10 * time.Minute

// clockSkew sets a container's clock back. Its effect is seen in the Date of the
// answers of the application in it.
func clockSkew(lab *Lab, name string, t target, container string) Fault {
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: []target{t}}
	var hit []corev1.Pod
	m.describe = func(pods []corev1.Pod) client.Object {
		return &chaosv1alpha1.TimeChaos{Spec: chaosv1alpha1.TimeChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(pods), ContainerNames: []string{container}},
			TimeOffset:        skew.String(), Duration: limit(),
		}}
	}
	m.prepared = func(ctx context.Context, pods []corev1.Pod) ([]Undo, error) {
		hit = pods
		_, err := each(pods, func(pod *corev1.Pod) (string, error) {
			off, err := lab.clockOff(ctx, pod, container)
			if err == nil && off < skew/2 {
				err = fmt.Errorf("the clock of %s is off by %s before the fault", pod.Name, off)
			}
			return "", err
		})
		return nil, err
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
			return each(hit, func(pod *corev1.Pod) (string, error) {
				off, err := lab.clockOff(ctx, pod, container)
				text := fmt.Sprintf("the Date of an answer of container %s in %s is off by %s", container, pod.Name, off)
				if err == nil && off > skew/2 {
					err = errors.New(text)
				}
				return text, err
			})
		})
	}
	return m
}

// clockOff asks an application for its health and compares the answer's Date with
// this machine's clock.
func (l *Lab) clockOff(ctx context.Context, pod *corev1.Pod, app string) (time.Duration, error) {
	out, err := l.inNetwork(ctx, pod, fmt.Sprintf(`exec 3<>"/dev/tcp/127.0.0.1/%d"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
timeout 2 sed -n 's/^[Dd]ate: //p' <&3`, l.Spec.Deployment(app).Dapr.AppPort, l.Spec.Rollout.Probes.Liveness.Path))
	if err != nil {
		return 0, err
	}
	at, err := time.Parse(time.RFC1123, strings.TrimSpace(out))
	if err != nil {
		return 0, fmt.Errorf("container %s of %s printed no date: %w", app, pod.Name, err)
	}
	return time.Until(at), nil
}
