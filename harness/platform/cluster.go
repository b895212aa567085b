package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/log"

	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/spec"
)

// networkEnv tells kind the docker network of its nodes.
const networkEnv = "KIND_EXPERIMENTAL_DOCKER_NETWORK"

// provider returns kind on docker, on a network of our own, logging to log.
func (p *Platform) provider(to io.Writer) (*cluster.Provider, error) {
	if err := exceptRegistry(); err != nil {
		return nil, err
	}
	if err := os.Setenv(networkEnv, p.name); err != nil {
		return nil, err
	}
	return cluster.NewProvider(cluster.ProviderWithDocker(), cluster.ProviderWithLogger(kindLogger{to})), nil
}

// clusterConfig is the cluster as kind's configuration. kind's own CNI is off:
// the deployed one enforces NetworkPolicies in the same way wherever images come
// from. hosts is the directory that tells the nodes' containerd of registries. Ranges
// and the size of the nodes are those of the specification's cluster in OCI.
func clusterConfig(name string, images Images, hosts string, ingress Ports, engine host.Info, oci spec.OCI) *v1alpha4.Cluster {
	registries := []v1alpha4.Mount{{HostPath: hosts, ContainerPath: certsDir, Readonly: true}}
	config := &v1alpha4.Cluster{
		TypeMeta: v1alpha4.TypeMeta{Kind: "Cluster", APIVersion: "kind.x-k8s.io/v1alpha4"},
		Name:     name,
		Networking: v1alpha4.Networking{
			DisableDefaultCNI: true,
			PodSubnet:         oci.OKECluster.PodsCIDR.String(), ServiceSubnet: oci.OKECluster.ServicesCIDR.String(),
		},
		KubeadmConfigPatches: []string{
			// Many a machine still has control groups of version 1, which the kubelet of
			// Kubernetes 1.35 refuses otherwise (KEP-5573).
			"kind: KubeletConfiguration\nfailCgroupV1: false\nsystemReserved: " + systemReserved(engine, oci.NodePool) + "\n",
		},
		Nodes: []v1alpha4.Node{{
			Role:        v1alpha4.ControlPlaneRole,
			ExtraMounts: registries, ExtraPortMappings: ingress.mappings(),
		}, {Role: v1alpha4.WorkerRole, ExtraMounts: registries}, {Role: v1alpha4.WorkerRole, ExtraMounts: registries}},
	}
	if images == Hermetic {
		// The kubelet may not be allowed to set kernel limits on such machines.
		config.FeatureGates = map[string]bool{"KubeletInUserNamespace": true}
	}
	return config
}

// systemReserved is what a kubelet keeps back so that its node has the size of one of
// the pool's to the scheduler, whatever the size of the engine's machine.
func systemReserved(engine host.Info, pool spec.NodePool) string {
	cpus := max(0, engine.NCPU-pool.OCPUs)
	const mebibyte = 1 << 20
	rest := max(0, engine.MemTotal-int64(pool.MemoryGB)<<30)
	return fmt.Sprintf(`{"cpu": "%d", "memory": "%dMi"}`, cpus, (rest+mebibyte-1)/mebibyte)
}

// createCluster makes the cluster, with its ingress at ports of this machine, labels
// it as ours, and returns its identity. What an interrupted run left of a cluster
// goes first. A cluster of the platform's name that the platform did not make is an
// error.
func (p *Platform) createCluster(ctx context.Context, to io.Writer, config *v1alpha4.Cluster, nodeImage string, ingress Ports) (string, error) {
	kind, err := p.provider(to)
	if err != nil {
		return "", err
	}
	own, err := p.owned(ctx, to)
	if err != nil {
		return "", err
	}
	defer func() { _ = own.Close() }()
	if err := own.removeNodes(ctx, to); err != nil {
		return "", fmt.Errorf("remove the remains of an earlier cluster: %w", err)
	}
	if err := os.Remove(p.Kubeconfig()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("remove the kubeconfig of an earlier cluster: %w", err)
	}
	if err := ingress.free(ctx); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(p.Kubeconfig()), 0o755); err != nil {
		return "", fmt.Errorf("make the kubeconfig's directory: %w", err)
	}
	if err := errors.Join(host.RecordSysctls(own.Inventory, host.NodeSysctls), p.markNodes(own, config)); err != nil {
		return "", err
	}
	done := make(chan error, 1)
	go func() { // kind's calls know no context
		done <- kind.Create(p.name, cluster.CreateWithV1Alpha4Config(config), cluster.CreateWithNodeImage(nodeImage),
			cluster.CreateWithKubeconfigPath(p.Kubeconfig()), cluster.CreateWithRetain(true),
			cluster.CreateWithDisplayUsage(false), cluster.CreateWithDisplaySalutation(false))
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	_, _, recorded := own.find(context.WithoutCancel(ctx), to)
	if err := errors.Join(err, recorded); err != nil {
		return "", fmt.Errorf("create the cluster: %w", err)
	}
	return p.markCluster(ctx)
}

// markDir holds the directories that mark nodes.
func (p *Platform) markDir() string { return filepath.Join(p.cache, "nodes", "made-"+p.name) }

// markNodes lets kind's nodes carry a token that the inventory holds before they are
// made: as kind gives them no labels, an empty directory that each of them mounts
// has the token as its name.
func (p *Platform) markNodes(own *owned, config *v1alpha4.Cluster) error {
	token := newToken()
	dir := filepath.Join(p.markDir(), token)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("mark the nodes as ours: %w", err)
	}
	var names []string
	roles := map[v1alpha4.NodeRole]int{}
	for i := range config.Nodes {
		node := &config.Nodes[i]
		node.ExtraMounts = append(node.ExtraMounts, v1alpha4.Mount{HostPath: dir, ContainerPath: "/etc/assay/made", Readonly: true})
		roles[node.Role]++
		name := fmt.Sprintf("%s-%s", p.name, node.Role)
		if n := roles[node.Role]; n > 1 { // as kind names its nodes
			name += strconv.Itoa(n)
		}
		names = append(names, name)
	}
	return own.plan(token, names...)
}

// markCluster labels the new cluster and returns its identity.
func (p *Platform) markCluster(ctx context.Context) (string, error) {
	client, err := p.client()
	if err != nil {
		return "", err
	}
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, TargetLabel, TargetValue)
	namespace, err := client.CoreV1().Namespaces().Patch(ctx, metav1.NamespaceSystem,
		types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		return "", fmt.Errorf("label the cluster as ours: %w", err)
	}
	return string(namespace.UID), nil
}

// client connects with the project's own kubeconfig.
func (p *Platform) client() (*kubernetes.Clientset, error) {
	config, err := target.Read(p.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the platform's kubeconfig: %w", err)
	}
	return connect(config)
}

// connect returns a client for everything that up looks at.
func connect(config *rest.Config) (*kubernetes.Clientset, error) {
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return client, nil
}

// kindLogger gives kind's messages to a step's log.
type kindLogger struct{ to io.Writer }

func (l kindLogger) Warn(message string)          { fmt.Fprintln(l.to, message) }
func (l kindLogger) Warnf(f string, args ...any)  { fmt.Fprintf(l.to, f+"\n", args...) }
func (l kindLogger) Error(message string)         { fmt.Fprintln(l.to, message) }
func (l kindLogger) Errorf(f string, args ...any) { fmt.Fprintf(l.to, f+"\n", args...) }
func (l kindLogger) V(level log.Level) log.InfoLogger {
	return kindInfo{kindLogger: l, enabled: level <= 1}
}

type kindInfo struct {
	kindLogger
	enabled bool
}

func (i kindInfo) Enabled() bool { return i.enabled }
func (i kindInfo) Info(message string) {
	if i.enabled {
		i.Warn(message)
	}
}
func (i kindInfo) Infof(format string, args ...any) {
	if i.enabled {
		i.Warnf(format, args...)
	}
}
