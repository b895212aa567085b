package fault

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// blip stops the process of an application for a few seconds: its health check
// fails and deliveries to it time out, while its sidecar goes on.
type blip struct {
	base
	target target
	hit    []corev1.Pod
}

func appHealthBlip(lab *Lab, name string, t target) Fault {
	return &blip{base: base{lab: lab, name: name}, target: t}
}

// Prepare implements Fault.
func (b *blip) Prepare(ctx context.Context) error {
	pods, err := b.lab.pods(ctx, b.target)
	if err != nil {
		return err
	}
	b.hit = pods
	err = b.lab.baseline(ctx, func(ctx context.Context) error {
		_, err := each(pods, func(pod *corev1.Pod) (string, error) {
			answered, err := b.lab.healthy(ctx, pod, b.target.name)
			if err == nil && !answered {
				err = fmt.Errorf("pod %s/%s does not answer", pod.Namespace, pod.Name)
			}
			return "", err
		})
		return err
	})
	if err != nil {
		return err
	}
	var undos []Undo
	for i := range pods {
		undos = append(undos, inside(unfreeze, &pods[i]))
	}
	return b.plan(ctx, names(pods), undos...)
}

// freeze stops the processes of a pod that have a name; the kernel keeps fifteen
// characters of it.
const freeze = `found=0; for pid in $(processes "$1"); do
  if [ "$(cat "/proc/$pid/comm")" = "${2:0:15}" ]; then kill -STOP "$pid"; found=1; fi; done
[ $found = 1 ] || { echo "the pod runs no process $2" >&2; exit 1; }`

// Inject implements Fault.
func (b *blip) Inject(ctx context.Context) error {
	_, err := each(b.hit, func(pod *corev1.Pod) (string, error) {
		return b.lab.onNode(ctx, pod.Spec.NodeName, freeze, string(pod.UID), b.target.name)
	})
	if err != nil {
		return fmt.Errorf("stop the application %s: %w", b.target, err)
	}
	return nil
}

// Proof implements Fault.
func (b *blip) Proof(ctx context.Context) (Proof, error) {
	return b.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		return each(b.hit, func(pod *corev1.Pod) (string, error) {
			answered, err := b.lab.healthy(ctx, pod, b.target.name)
			if err == nil && answered {
				err = fmt.Errorf("pod %s/%s still answers", pod.Namespace, pod.Name)
			}
			return fmt.Sprintf("the health check of pod %s/%s gets no answer within a second", pod.Namespace, pod.Name), err
		})
	})
}

// healthy asks an application for its health inside of its pod, for a second.
func (l *Lab) healthy(ctx context.Context, pod *corev1.Pod, app string) (bool, error) {
	out, err := l.inNetwork(ctx, pod, fmt.Sprintf(`timeout 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d
printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3; head -n 1 <&3' 2>/dev/null || true`,
		l.Spec.Deployment(app).Dapr.AppPort, l.Spec.Rollout.Probes.Liveness.Path))
	if err != nil {
		return false, err
	}
	return len(out) >= 12 && out[9:12] == "200", nil
}
