package fault

import (
	"context"
	"fmt"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// brokerData is where the broker's volume is mounted, as Strimzi mounts it.
const (
	brokerData      = "/var/lib/kafka/data"
	brokerContainer = "kafka"
)

// ioFault lets some of the brokers' writes fail with EIO.
func ioFault(lab *Lab, name string, t target) Fault {
	const errorIO, share = 5, 5 // EIO, percent
	m := &chaosMeshFault{base: base{lab: lab, name: name}, targets: []target{t}}
	var brokers []corev1.Pod
	m.describe = func(pods []corev1.Pod) client.Object {
		return &chaosv1alpha1.IOChaos{Spec: chaosv1alpha1.IOChaosSpec{
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(pods), ContainerNames: []string{brokerContainer}},
			Action:            chaosv1alpha1.IoFaults, Errno: errorIO, Percent: share,
			VolumePath: brokerData, Path: brokerData + "/**", Methods: []chaosv1alpha1.IoMethod{chaosv1alpha1.Write},
			Duration: limit(),
		}}
	}
	m.prepared = func(ctx context.Context, pods []corev1.Pod) ([]Undo, error) {
		brokers = pods
		_, err := each(pods, func(broker *corev1.Pod) (string, error) {
			failed, err := lab.failedWrites(ctx, broker, brokerContainer, brokerData)
			if err == nil && failed > 0 {
				err = fmt.Errorf("%d of the probe's writes fail before the fault", failed)
			}
			return "", err
		})
		return nil, err
	}
	m.proof = func(ctx context.Context) (Proof, error) {
		return lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
			return each(brokers, func(broker *corev1.Pod) (string, error) {
				failed, err := lab.failedWrites(ctx, broker, brokerContainer, brokerData)
				if err == nil && failed == 0 {
					err = fmt.Errorf("no write to the volume of %s fails", broker.Name)
				}
				return fmt.Sprintf("%d of %d writes to the volume of %s failed", failed, probeWrites, broker.Name), err
			})
		})
	}
	return m
}

const probeWrites = 100

// failedWrites writes a hundred times to a file in a directory of a container and counts
// the failures.
func (l *Lab) failedWrites(ctx context.Context, pod *corev1.Pod, container, dir string) (int, error) {
	script := fmt.Sprintf(`failed=0; for i in $(seq %d); do
  (echo x >%s/.assay-probe) 2>/dev/null || failed=$((failed + 1)); done
rm -f %[2]s/.assay-probe; echo $failed`, probeWrites, quote(dir))
	out, err := l.Cluster.Exec(ctx, pod.Namespace, pod.Name, container, "sh", "-c", script)
	if err != nil {
		return 0, err
	}
	var failed int
	if _, err := fmt.Sscan(out, &failed); err != nil {
		return 0, fmt.Errorf("count the failed writes of %s: %w", pod.Name, err)
	}
	return failed, nil
}
