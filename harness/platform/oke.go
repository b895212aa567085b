package platform

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/spec"
)

// Nodes says what the cluster's nodes are like.
type Nodes string

const (
	// KindNodes have the pod network, the volumes and the images that Up deploys.
	KindNodes Nodes = ""
	// OKENodes are as a cluster in OCI hands them over, with nothing deployed: flannel
	// as the pod network, volumes of class oci-bv where the Container Storage Interface
	// has them, and the project's own images in a registry that demands credentials.
	OKENodes Nodes = "oke"
)

// NodesEnv chooses what the nodes of the cluster that Up makes are like: "kind", the
// default, or "oke".
const NodesEnv = "ASSAY_NODES"

// nodesTimeout bounds the time from the installation of the pod network, or of the
// volumes, until every node has it.
const nodesTimeout = 3 * time.Minute

// okeManifests is where what OKE's nodes have before anything is deployed is
// described, below the repository.
const okeManifests = "hermetic/oke"

func nodesFromEnv() (Nodes, error) {
	switch chosen := os.Getenv(NodesEnv); chosen {
	case "", "kind":
		return KindNodes, nil
	case string(OKENodes):
		return OKENodes, nil
	default:
		return "", fmt.Errorf("%s is %q; it can be kind, %s or unset", NodesEnv, chosen, OKENodes)
	}
}

// simEnvironment is the helmfile environment of the simulated OKE, with nodes that
// are like OKE's.
func simEnvironment(images Images) string {
	if images == Hermetic {
		return "oke-sim-hermetic"
	}
	return "oke-sim"
}

// okeSteps are the last steps of an up whose nodes are like OKE's. network are the
// steps after which the pod network can start, served those after which the nodes'
// registry has every image that a deployment needs.
func (r *upRun) okeSteps(network, served []string) []steps.Step {
	return []steps.Step{
		{Name: networkStep, Needs: network, Run: r.installOKE},
		{Name: readyStep, Needs: append([]string{networkStep}, served...), Run: r.finishOKE},
	}
}

// installOKE installs the pod network of OKE's nodes, and waits until all are ready.
func (r *upRun) installOKE(ctx context.Context, log io.Writer) error {
	return r.inCluster(ctx, log, "network.yaml", [][]string{
		{"rollout", "status", "daemonset/kube-flannel-ds", "--namespace=kube-flannel"},
		{"wait", "--for=condition=Ready", "nodes", "--all", "--timeout=-1s"},
	})
}

// finishOKE gives the nodes the volumes of OKE, in place of those of kind, and saves
// that the cluster is there.
func (r *upRun) finishOKE(ctx context.Context, log io.Writer) error {
	// The provisioner reads its configuration again now and then: it starts again, so
	// that no claim comes before.
	const namespace = "--namespace=local-path-storage"
	err := r.inCluster(ctx, log, "storage.yaml", [][]string{
		{"patch", "configmap/local-path-config", namespace, "--type=merge", "--patch=" + volumeConfig},
		{"delete", "storageclass/standard", "--ignore-not-found"},
		{"rollout", "restart", "deployment/local-path-provisioner", namespace},
		{"rollout", "status", "deployment/local-path-provisioner", namespace},
	})
	if err != nil {
		return err
	}
	return r.saveMade()
}

// volumeConfig leads the provisioner of kind's nodes to where OKE's have volumes; the
// path is that of hermetic/oke/storage.yaml.
const volumeConfig = `{"data": {"config.json": "{\"nodePathMap\": [{\"node\": \"DEFAULT_PATH_FOR_NON_LISTED_NODES\", ` +
	`\"paths\": [\"/var/lib/kubelet/plugins/kubernetes.io/csi/blockvolume.csi.oraclecloud.com\"]}]}"}}`

// inCluster applies a file of okeManifests by the kubectl of a node, as kind does with
// its own, and then runs commands, once the cluster has shown to be this platform's.
func (r *upRun) inCluster(ctx context.Context, log io.Writer, manifests string, commands [][]string) error {
	if _, err := target.Load(ctx, r.Kubeconfig(), r.state.ClusterUID, r.Spec.Timeouts.APIRequest.Duration); err != nil {
		return err
	}
	node, err := r.controlPlane(log)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, nodesTimeout)
	defer cancel()
	if err := applyIn(ctx, node, log, filepath.Join(r.repo, okeManifests, manifests), r.Spec.OCI.OKECluster); err != nil {
		return err
	}
	for _, args := range commands {
		if err := kubectl(ctx, node, nil, log, args...); err != nil {
			return err
		}
	}
	return nil
}

func (r *upRun) controlPlane(log io.Writer) (nodes.Node, error) {
	kind, err := r.provider(log)
	if err != nil {
		return nil, err
	}
	all, err := kind.ListInternalNodes(r.name)
	if err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	return nodeutils.BootstrapControlPlaneNode(all)
}

func applyIn(ctx context.Context, node nodes.Node, log io.Writer, file string, cluster spec.OKECluster) error {
	manifests, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the manifests of the nodes: %w", err)
	}
	return kubectl(ctx, node, strings.NewReader(inRanges(string(manifests), cluster)), log, "apply", "--filename=-")
}

// inRanges puts the specification's ranges into manifests of okeManifests, which have
// those that OKE has by itself.
func inRanges(manifests string, cluster spec.OKECluster) string {
	return strings.NewReplacer("10.244.0.0/16", cluster.PodsCIDR.String(), "10.96.0.0/16", cluster.ServicesCIDR.String()).Replace(manifests)
}

// kubectl runs it in a node, as kind does for what it installs itself.
func kubectl(ctx context.Context, node nodes.Node, input io.Reader, log io.Writer, args ...string) error {
	command := node.CommandContext(ctx, "kubectl", append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, args...)...)
	if input != nil {
		command = command.SetStdin(input)
	}
	if err := command.SetStdout(log).SetStderr(log).Run(); err != nil {
		return fmt.Errorf("kubectl %v in node %s: %w", args, node, err)
	}
	return nil
}

// saveMade saves that the cluster is there, which one it is, and which images its nodes
// may pull.
func (r *upRun) saveMade() error {
	if r.images == Hermetic {
		served, err := r.builder.Served()
		if err != nil {
			return err
		}
		r.state.Served = served
	}
	if err := os.WriteFile(r.uidFile(), []byte(r.state.ClusterUID+"\n"), 0o600); err != nil {
		return fmt.Errorf("write which cluster this is: %w", err)
	}
	return r.saveState(r.state)
}

// uidFile holds the UID of the cluster, for whoever acts on it from outside of assay.
func (p *Platform) uidFile() string { return filepath.Join(p.artifacts(), "cluster-uid") }

// onKindNodes reports whether up made the cluster, with the nodes of kind. A cluster
// that up did not make has no state.
func (s *State) onKindNodes() bool { return s != nil && s.Nodes == KindNodes }
