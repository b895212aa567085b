package provisioning

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
)

// controlPlaneLabel marks nodes that are no workers.
const controlPlaneLabel = "node-role.kubernetes.io/control-plane"

var _ = p.Checks(func() {
	Describe("Nodes", func() {
		p.It("cluster.minor-version", func(ctx SpecContext) {
			want := "v" + p.Spec.OCI.OKECluster.KubernetesVersion
			answer, err := p.Cluster.Clients.Discovery().ServerVersion()
			server := expect.Subject{What: "minor version of the Kubernetes API", From: "its /version"}
			server.NoError(err)
			server.Is(minor(answer.GitVersion), want)
			for _, node := range nodes(ctx) {
				expect.Subject{What: "minor version of the kubelet of " + node.Name, From: "the node's status", Object: &node}.
					Is(minor(node.Status.NodeInfo.KubeletVersion), want)
			}
		}, brief)

		p.It("cluster.nodes-ready", func(ctx SpecContext) {
			for _, node := range nodes(ctx) {
				expect.Subject{What: "condition Ready of node " + node.Name, From: kubernetesAPI, Object: &node}.
					Is(nodeReady(node), string(corev1.ConditionTrue))
			}
		}, brief)

		p.It("node-pool.allocatable", func(ctx SpecContext) {
			pool := p.Spec.OCI.NodePool
			workers := 0
			for _, node := range nodes(ctx) {
				if _, is := node.Labels[controlPlaneLabel]; is {
					continue
				}
				workers++
				cpu, memory := node.Status.Allocatable.Cpu(), node.Status.Allocatable.Memory()
				ok := cpu.MilliValue() <= int64(pool.OCPUs)*1000 && memory.Value() <= int64(pool.MemoryGB)<<30 &&
					cpu.MilliValue() > 0 && memory.Value() > 0
				expect.Subject{What: "what worker " + node.Name + " offers to the scheduler", From: "the node's status", Object: &node}.
					AssertThat(ok, fmt.Sprintf("at most %d CPUs and %d GB", pool.OCPUs, pool.MemoryGB), fmt.Sprintf("%s CPUs and %s", cpu, memory))
			}
			expect.Subject{What: "number of workers", From: kubernetesAPI}.AssertThat(workers > 0, "at least one", fmt.Sprint(workers))
		}, brief)
	})
})

// nodes returns all nodes, of which there has to be one.
func nodes(ctx SpecContext) []corev1.Node {
	GinkgoHelper()
	var list corev1.NodeList
	subject := expect.Subject{What: "nodes", From: kubernetesAPI}
	subject.NoError(p.Cluster.List(ctx, &list))
	if len(list.Items) == 0 {
		subject.AssertThat(false, "at least one", "none")
	}
	return list.Items
}

func nodeReady(node corev1.Node) string {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return string(condition.Status)
		}
	}
	return "absent"
}

// minor cuts a version to its first two numbers: v1.35.5 is v1.35.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
