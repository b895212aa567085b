package drain

import (
	"fmt"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// FromKubeconfig makes a client for a kubeconfig file and nothing else: neither
// KUBECONFIG nor the user's own file is looked at.
func FromKubeconfig(file string) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", file)
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	return kubernetes.NewForConfig(config)
}
