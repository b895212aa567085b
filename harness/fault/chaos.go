package fault

import (
	"context"
	"fmt"
	"time"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// atMost is when Chaos Mesh ends a fault by itself should nobody else: longer
// than any fault is held.
const atMost = 15 * time.Minute

// chaosMeshFault is a fault that a resource of Chaos Mesh describes.
type chaosMeshFault struct {
	base
	// targets are what the fault hits.
	targets []target
	// describe returns the resource for the chosen pods, without its metadata.
	describe func(pods []corev1.Pod) client.Object
	// prepared takes the baseline of the proof and returns further steps of undoing.
	prepared func(ctx context.Context, pods []corev1.Pod) ([]Undo, error)
	// proof waits for the effect.
	proof func(ctx context.Context) (Proof, error)

	object client.Object
}

// Prepare implements Fault.
func (m *chaosMeshFault) Prepare(ctx context.Context) error {
	pods, err := m.lab.pods(ctx, m.targets...)
	if err != nil {
		return err
	}
	undos, err := m.prepared(ctx, pods)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", m.name, err)
	}
	m.object = m.describe(pods)
	m.object.SetNamespace(m.lab.chaosNamespace())
	m.object.SetName("assay-" + m.name)
	m.object.SetLabels(Labels(m.name))
	removal, err := m.lab.removal(m.object)
	if err != nil {
		return err
	}
	return m.plan(ctx, names(pods), append([]Undo{removal}, undos...)...)
}

// Inject implements Fault.
func (m *chaosMeshFault) Inject(ctx context.Context) error {
	if err := m.lab.Cluster.Create(ctx, m.object); err != nil {
		return fmt.Errorf("ask Chaos Mesh for %s: %w", m.name, err)
	}
	return nil
}

// Proof implements Fault. What Chaos Mesh says against the fault explains a proof
// that does not come; what it says for it proves nothing.
func (m *chaosMeshFault) Proof(ctx context.Context) (Proof, error) {
	proof, err := m.proof(ctx)
	if err != nil {
		if complaint := m.lab.complaint(ctx, m.object); complaint != "" {
			err = fmt.Errorf("%w; Chaos Mesh reports: %s", err, complaint)
		}
	}
	return proof, err
}

// complaint is the last failure that Chaos Mesh recorded for a resource.
func (l *Lab) complaint(ctx context.Context, object client.Object) string {
	stateful, ok := object.(chaosv1alpha1.StatefulObject)
	if !ok || l.Cluster.Get(ctx, client.ObjectKeyFromObject(object), object) != nil {
		return ""
	}
	return complaintOf(stateful.GetStatus())
}

func complaintOf(status *chaosv1alpha1.ChaosStatus) string {
	complaint := ""
	for _, record := range status.Experiment.Records {
		for _, event := range record.Events {
			if event.Type == chaosv1alpha1.TypeFailed {
				complaint = event.Message
			}
		}
	}
	return complaint
}

// exactly selects these pods, by name: what is recreated meanwhile is not hit.
func exactly(pods []corev1.Pod) chaosv1alpha1.PodSelector {
	selected := map[string][]string{}
	for _, pod := range pods {
		selected[pod.Namespace] = append(selected[pod.Namespace], pod.Name)
	}
	return chaosv1alpha1.PodSelector{
		Mode:     chaosv1alpha1.AllMode,
		Selector: chaosv1alpha1.PodSelectorSpec{Pods: selected},
	}
}

// limit is atMost as Chaos Mesh wants it.
func limit() *string {
	text := atMost.String()
	return &text
}

// podChaos describes a PodChaos.
func podChaos(action chaosv1alpha1.PodChaosAction, pods []corev1.Pod, containers ...string) *chaosv1alpha1.PodChaos {
	chaos := &chaosv1alpha1.PodChaos{
		ObjectMeta: metav1.ObjectMeta{},
		Spec: chaosv1alpha1.PodChaosSpec{
			Action:            action,
			ContainerSelector: chaosv1alpha1.ContainerSelector{PodSelector: exactly(pods), ContainerNames: containers},
		},
	}
	if action == chaosv1alpha1.PodFailureAction {
		chaos.Spec.Duration = limit()
	}
	return chaos
}
