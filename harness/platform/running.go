package platform

import (
	"context"
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// running returns what runs on the cluster: the versions of Kubernetes and of
// each image, by the image's name, and the digests of the images, by reference.
func running(ctx context.Context, client kubernetes.Interface) (versions, digests map[string]string, err error) {
	versions, digests = map[string]string{}, map[string]string{}
	server, err := client.Discovery().ServerVersion()
	if err != nil {
		return nil, nil, fmt.Errorf("ask for the version of Kubernetes: %w", err)
	}
	versions["kubernetes"] = server.GitVersion
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, fmt.Errorf("list nodes: %w", err)
	}
	for _, node := range nodes.Items {
		versions["kernel"] = node.Status.NodeInfo.KernelVersion
		versions["container runtime"] = node.Status.NodeInfo.ContainerRuntimeVersion
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, nil, fmt.Errorf("list pods: %w", err)
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodRunning {
			continue
		}
		for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
			name, tag, _ := strings.Cut(path.Base(status.Image), ":")
			versions[name] = tag
			if _, digest, ok := strings.Cut(status.ImageID, "@"); ok {
				digests[status.Image] = digest
			}
		}
	}
	return versions, digests, nil
}
