package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"

	chaosv1alpha1 "github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/chaosmesh"
)

// manifested is a fault that is a manifest of the specification. Its pods are chosen here
// and named to Chaos Mesh, so that the witness knows at which to look.
type manifested struct {
	*chaosMeshFault
	chaos *chaosmesh.Manifest
	peers []corev1.Pod
}

// stressChaos is Chaos Mesh's own way to stress a container: unlike the one of the actions
// cpu-stress and memory-stress, it knows one of the two versions of cgroups.
const stressChaos spec.Capability = "stress-chaos"

// chaosNeeds are the capabilities that kinds of Chaos Mesh need, by kind and action.
var chaosNeeds = map[string]map[string]spec.Capability{
	chaosv1alpha1.KindNetworkChaos: {
		string(chaosv1alpha1.PartitionAction): partitioning, string(chaosv1alpha1.DelayAction): networkSlow, string(chaosv1alpha1.LossAction): networkLossy,
		string(chaosv1alpha1.DuplicateAction): networkCopying, string(chaosv1alpha1.CorruptAction): networkCorruption,
		string(chaosv1alpha1.BandwidthAction): "network-bandwidth",
	},
	chaosv1alpha1.KindStressChaos: {"": stressChaos},
	chaosv1alpha1.KindTimeChaos:   {"": clocks},
	chaosv1alpha1.KindIOChaos:     {string(chaosv1alpha1.IoFaults): ioFaults},
}

// fromManifest makes the fault of a manifest, which the specification has checked.
func fromManifest(lab *Lab, a aim) (Fault, error) {
	sees, known := witnessesByName[a.of.Proof.Witness]
	if !known {
		return nil, fmt.Errorf("fault %s: there is no witness %q", a.of.Name, a.of.Proof.Witness)
	}
	m := &manifested{chaosMeshFault: &chaosMeshFault{base: base{lab: lab, name: a.of.Name}}, chaos: a.of.Chaos}
	if needed := chaosNeeds[m.chaos.Kind][m.chaos.Action]; needed != "" {
		m.needs = append(m.needs, needed)
	}
	most, err := chaosmesh.Most(m.chaos.Selectors()["spec"])
	if err != nil {
		return nil, fmt.Errorf("fault %s: %w", a.of.Name, err)
	}
	m.targets = atMostPods(a.target, most)
	var by witness
	m.prepared = func(ctx context.Context, pods []corev1.Pod) ([]Undo, error) {
		if err := m.choosePeers(ctx, a.peer); err != nil {
			return nil, err
		}
		for at, chosen := range map[string]struct {
			pods []corev1.Pod
			of   []target
		}{"spec": {pods, a.target}, "spec.target": {m.peers, a.peer}} {
			if err := m.selectsOnly(ctx, at, chosen.pods, chosen.of); err != nil {
				return nil, err
			}
		}
		by = sees(witnessTarget{lab: lab, of: a.of, pods: pods, peers: m.peers, container: a.container(), port: a.peerPort()})
		undos, err := m.traces(pods)
		if err != nil {
			return nil, err
		}
		return undos, by.before(ctx)
	}
	m.describe = func(pods []corev1.Pod) client.Object { return m.chaos.At(exactly(pods), exactly(m.peers)) }
	m.proof = func(ctx context.Context) (Proof, error) { return lab.sees(ctx, by.times, by.observe) }
	return m, nil
}

// peerPort is where the peer listens, 0 without one.
func (a aim) peerPort() int {
	if len(a.peer) == 0 {
		return 0
	}
	return a.port()
}

// atMostPods are targets of which a manifest hits no more than so many pods, 0 for all.
func atMostPods(targets []target, most int) []target {
	targets = slices.Clone(targets)
	for i := range targets {
		if most > 0 && (targets[i].most == 0 || most < targets[i].most) {
			targets[i].most = most
		}
	}
	return targets
}

// choosePeers finds the pods on the other side.
func (m *manifested) choosePeers(ctx context.Context, peers []target) (err error) {
	if len(peers) == 0 {
		return nil
	}
	if other := m.chaos.Selectors()["spec.target"]; other != nil {
		most, err := chaosmesh.Most(other)
		if err != nil {
			return err
		}
		peers = atMostPods(peers, most)
	}
	m.peers, err = m.lab.pods(ctx, peers...)
	return err
}

// selectsOnly wants the manifest's own selector to select the chosen pods, and none but the
// target's: what the manifest says is what is done.
func (m *manifested) selectsOnly(ctx context.Context, at string, chosen []corev1.Pod, of []target) error {
	selector := m.chaos.Selectors()[at]
	if selector == nil {
		return nil
	}
	all, err := m.lab.pods(ctx, everyPod(of)...)
	if err != nil {
		return err
	}
	targets := names(all)
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(selector.Selector.Pods)), selector.Selector.Namespaces...)))) {
		var list corev1.PodList
		if err := m.lab.Cluster.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return fmt.Errorf("list the pods of %s: %w", namespace, err)
		}
		for i := range list.Items {
			pod := &list.Items[i]
			selected, err := chaosmesh.Selects(selector.Selector, pod)
			if err != nil {
				return err
			}
			if selected && pod.Status.Phase == corev1.PodRunning && !slices.Contains(targets, namespace+"/"+pod.Name) {
				return fmt.Errorf("%s.selector of the manifest selects pod %s/%s, which is none of the declared target", at, namespace, pod.Name)
			}
		}
	}
	for i := range chosen {
		if selected, err := chaosmesh.Selects(selector.Selector, &chosen[i]); err != nil || !selected {
			return fmt.Errorf("%s.selector of the manifest does not select pod %s/%s of the declared target", at, chosen[i].Namespace, chosen[i].Name)
		}
	}
	return nil
}

// everyPod are targets with all of their pods.
func everyPod(targets []target) []target {
	targets = slices.Clone(targets)
	for i := range targets {
		targets[i].most = 0
	}
	return targets
}

// traces are the steps of undoing beside the removal of the resource: what a kind leaves
// where its controller could not take it back.
func (m *manifested) traces(pods []corev1.Pod) ([]Undo, error) {
	var undos []Undo
	switch {
	case m.chaos.Kind == chaosv1alpha1.KindNetworkChaos:
		hit := pods
		if m.chaos.HasPeer() {
			hit = slices.Concat(pods, m.peers)
		}
		for i := range hit {
			undos = append(undos, inside(scrub, &hit[i]))
		}
	case m.chaos.Action == string(chaosv1alpha1.PodFailureAction):
		for i := range pods {
			undo, err := reimaging(&pods[i])
			if err != nil {
				return nil, err
			}
			undos = append(undos, undo)
		}
	}
	return undos, nil
}

// Available implements Fault. A capability that the target has by means of assay's own is
// none that Chaos Mesh has.
func (m *manifested) Available(ctx context.Context) error {
	if err := m.chaosMeshFault.Available(ctx); err != nil {
		return err
	}
	for _, needed := range m.needs {
		if mechanism := m.lab.Mechanisms[needed]; mechanism != "" {
			return &Missing{Capability: needed, Reason: fmt.Sprintf("only %s does it here, and the manifest is for Chaos Mesh", mechanism)}
		}
	}
	return nil
}

// Blast implements Fault.
func (m *manifested) Blast() []string {
	if !m.chaos.HasPeer() {
		return m.chaosMeshFault.Blast()
	}
	return append(m.chaosMeshFault.Blast(), names(m.peers)...)
}
