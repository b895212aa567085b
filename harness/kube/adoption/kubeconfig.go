package adoption

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"assay.dev/assay/harness/process/private"
	"assay.dev/assay/harness/process/refusal"
)

// Client makes a client for the kubeconfig that the cloud gave. It looks at neither
// KUBECONFIG nor the user's own file, and refuses what would run another command than
// OKE's, or would not check who the server is. OKE's command is run here, in an
// environment of our own, and its token lasts a few minutes.
func Client(ctx context.Context, file string) (kubernetes.Interface, *rest.Config, error) {
	given, err := clientcmd.LoadFromFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	if err := acceptable(given); err != nil {
		return nil, nil, &refusal.Error{Reason: "refuse the kubeconfig in " + file, Err: err}
	}
	user := given.AuthInfos[given.Contexts[given.CurrentContext].AuthInfo]
	if user.Exec != nil {
		if user.Token, err = token(ctx, user.Exec); err != nil {
			return nil, nil, err
		}
		user.Exec = nil
	}
	config, err := clientcmd.NewDefaultClientConfig(*given, nil).ClientConfig()
	if err != nil {
		return nil, nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return client, config, nil
}

func acceptable(config *clientcmdapi.Config) error {
	current, ok := config.Contexts[config.CurrentContext]
	if !ok {
		return errors.New("it has no current context")
	}
	cluster, user := config.Clusters[current.Cluster], config.AuthInfos[current.AuthInfo]
	if cluster == nil || user == nil {
		return errors.New("its context names a cluster or a user that it does not have")
	}
	if cluster.InsecureSkipTLSVerify {
		return errors.New("it does not check who the server is")
	}
	if cluster.ProxyURL != "" {
		return errors.New("it names a proxy")
	}
	if user.AuthProvider != nil {
		return errors.New("it asks another program for credentials")
	}
	if user.Exec != nil {
		return acceptableCommand(user.Exec)
	}
	return nil
}

// WriteKubeconfig writes the run's own kubeconfig to a file of mode 0600: one
// server, its certificate authority, and the adoption's token.
func WriteKubeconfig(file string, server *rest.Config, adopted Adoption) error {
	authority := server.CAData
	if len(authority) == 0 && server.CAFile != "" {
		var err error
		if authority, err = os.ReadFile(server.CAFile); err != nil {
			return fmt.Errorf("read the cluster's certificate authority: %w", err)
		}
	}
	const name = "assay"
	made := clientcmdapi.NewConfig()
	made.Clusters[name] = &clientcmdapi.Cluster{
		Server: server.Host, TLSServerName: server.ServerName, CertificateAuthorityData: authority,
	}
	made.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: adopted.Token}
	made.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	made.CurrentContext = name
	content, err := clientcmd.Write(*made)
	if err != nil {
		return fmt.Errorf("write the run's kubeconfig: %w", err)
	}
	if err := private.Write(file, content); err != nil {
		return fmt.Errorf("write the run's kubeconfig: %w", err)
	}
	return nil
}
