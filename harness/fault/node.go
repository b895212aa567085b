package fault

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

const nodeOutage spec.Capability = "node"

// Nodes acts on the machines that nodes run on.
type Nodes interface {
	// State is "running", "paused" or "exited".
	State(ctx context.Context, node string) (string, error)
	Pause(ctx context.Context, node string) error
	Unpause(ctx context.Context, node string) error
	Stop(ctx context.Context, node string) error
	Start(ctx context.Context, node string) error
}

// The states of a node's machine.
const (
	nodeRunning = "running"
	nodePaused  = "paused"
)

// KindNodes are the containers that are the nodes of a kind cluster. The engine
// is the one that DOCKER_HOST names.
type KindNodes struct{ Cluster string }

// State implements Nodes. A container that is no node of this cluster is an error.
func (k KindNodes) State(ctx context.Context, node string) (string, error) {
	out, err := docker(ctx, "inspect", "--format", `{{index .Config.Labels "io.x-k8s.kind.cluster"}} {{.State.Status}}`, node)
	if err != nil {
		return "", err
	}
	cluster, state, _ := strings.Cut(out, " ")
	if cluster != k.Cluster {
		return "", fmt.Errorf("container %s is no node of the cluster %s", node, k.Cluster)
	}
	return state, nil
}

// act runs a docker command on a node, after the node has shown to be ours.
func (k KindNodes) act(ctx context.Context, node string, command ...string) error {
	if _, err := k.State(ctx, node); err != nil {
		return err
	}
	_, err := docker(ctx, append(command, node)...)
	return err
}

// Pause implements Nodes.
func (k KindNodes) Pause(ctx context.Context, node string) error { return k.act(ctx, node, "pause") }

// Unpause implements Nodes.
func (k KindNodes) Unpause(ctx context.Context, node string) error {
	return k.act(ctx, node, "unpause")
}

// Stop implements Nodes. What has not stopped after a few seconds is killed.
func (k KindNodes) Stop(ctx context.Context, node string) error {
	return k.act(ctx, node, "stop", "--time", "5")
}

// Start implements Nodes.
func (k KindNodes) Start(ctx context.Context, node string) error { return k.act(ctx, node, "start") }

func docker(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "docker", args...).Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
		}
		return "", fmt.Errorf("docker %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// outOfNode takes away the node on which a target runs.
type outOfNode struct {
	base
	target target
	// act takes it away.
	act  func(nodes Nodes) func(context.Context, string) error
	node string
}

func nodePause(lab *Lab, name string, t target) Fault {
	return &outOfNode{base: base{lab: lab, name: name}, target: t,
		act: func(nodes Nodes) func(context.Context, string) error { return nodes.Pause }}
}

func nodeStop(lab *Lab, name string, t target) Fault {
	return &outOfNode{base: base{lab: lab, name: name}, target: t,
		act: func(nodes Nodes) func(context.Context, string) error { return nodes.Stop }}
}

// Prepare implements Fault. A node of the control plane is never taken.
func (o *outOfNode) Prepare(ctx context.Context) error {
	pods, err := o.lab.pods(ctx, o.target)
	if err != nil {
		return err
	}
	o.node = pods[0].Spec.NodeName
	var node corev1.Node
	if err := o.lab.Cluster.Get(ctx, client.ObjectKey{Name: o.node}, &node); err != nil {
		return fmt.Errorf("look at node %s: %w", o.node, err)
	}
	if _, control := node.Labels["node-role.kubernetes.io/control-plane"]; control {
		return fmt.Errorf("%s runs on the control plane, which must not be taken away", o.target)
	}
	if state, err := o.lab.Nodes.State(ctx, o.node); err != nil || state != nodeRunning {
		return fmt.Errorf("node %s is %q, want %s: %w", o.node, state, nodeRunning, err)
	}
	if err := o.lab.baseline(ctx, func(ctx context.Context) error { return o.lab.kubelet(ctx, o.node) }); err != nil {
		return fmt.Errorf("the kubelet of node %s: %w", o.node, err)
	}
	return o.plan(ctx, []string{"node/" + o.node}, Undo{Do: start, Kind: "Node", Name: o.node})
}

// Inject implements Fault.
func (o *outOfNode) Inject(ctx context.Context) error { return o.act(o.lab.Nodes)(ctx, o.node) }

// Proof implements Fault: the node's kubelet, asked through the API server, no
// longer answers.
func (o *outOfNode) Proof(ctx context.Context) (Proof, error) {
	return o.lab.sees(ctx, inARow, func(ctx context.Context) (string, error) {
		state, err := o.lab.Nodes.State(ctx, o.node)
		if err != nil {
			return "", err
		}
		silence := o.lab.kubelet(ctx, o.node)
		if silence == nil {
			return "", fmt.Errorf("the kubelet of node %s, which is %s, answers", o.node, state)
		}
		return fmt.Sprintf("node %s is %s and its kubelet does not answer", o.node, state), nil
	})
}

// kubelet asks a node's kubelet for its health. It answers within milliseconds or
// not at all.
func (l *Lab) kubelet(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, l.Spec.Timeouts.PollInterval.Duration*4)
	defer cancel()
	return l.Cluster.Clients.CoreV1().RESTClient().Get().
		Resource("nodes").Name(node).SubResource("proxy").Suffix("healthz").Do(ctx).Error()
}

// startNode gives a node back, whatever took it.
func (l *Lab) startNode(ctx context.Context, u Undo) error {
	if l.Nodes == nil {
		return fmt.Errorf("node %s cannot be started from here", u.Name)
	}
	state, err := l.Nodes.State(ctx, u.Name)
	switch {
	case err != nil || state == nodeRunning:
		return err
	case state == nodePaused:
		return l.Nodes.Unpause(ctx, u.Name)
	}
	return l.Nodes.Start(ctx, u.Name)
}

func (l *Lab) unstarted(ctx context.Context, u Undo) ([]string, error) {
	if l.Nodes == nil {
		return nil, nil
	}
	state, err := l.Nodes.State(ctx, u.Name)
	if err != nil || state == nodeRunning {
		return nil, err
	}
	return []string{fmt.Sprintf("node %s is %s", u.Name, state)}, nil
}
