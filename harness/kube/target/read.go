package target

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"syscall"

	yamlv3 "go.yaml.in/yaml/v3"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	apiv1 "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/harness/process/private"
)

// sizeLimit bounds a kubeconfig, in bytes: one with three entries and embedded
// certificates has about ten thousand.
const sizeLimit = 1 << 20

// Read reads a kubeconfig that names one cluster and one user and nothing else.
// It sends nothing anywhere and runs nothing.
func Read(path string) (*rest.Config, error) {
	content, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	config, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	return config, nil
}

// readPrivate reads a regular file that only its owner can read.
func readPrivate(path string) ([]byte, error) {
	// Not blocking: a pipe that nobody writes to would hold up the run for ever.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	defer func() { _ = file.Close() }()
	// The file that is open is looked at, not the path: it cannot be exchanged.
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	if err := private.Verify(info); err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", path, refuse("it holds a key, and %v", err))
	}
	if info.Size() > sizeLimit {
		return nil, fmt.Errorf("kubeconfig %s: %w", path, refuse("it has %d bytes, more than any kubeconfig", info.Size()))
	}
	content, err := io.ReadAll(io.LimitReader(file, sizeLimit))
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	return content, nil
}

// parse decodes a kubeconfig and checks it before anything is made of it.
func parse(content []byte) (*rest.Config, error) {
	if err := oneDocument(content); err != nil {
		return nil, err
	}
	var strict apiv1.Config
	if err := yaml.UnmarshalStrict(content, &strict); err != nil {
		return nil, refuse("it is not a kubeconfig: %v", withoutValues(err))
	}
	if err := checkShape(strict); err != nil {
		return nil, err
	}
	loaded, err := clientcmd.Load(content)
	if err != nil {
		return nil, refuse("it is not a kubeconfig: %v", withoutValues(err))
	}
	config, err := connection(loaded)
	if err != nil {
		return nil, err
	}
	// Without a function client-go takes a proxy from the environment.
	config.Proxy = direct
	return config, nil
}

// oneDocument refuses a second document: programs differ in which one they read.
func oneDocument(content []byte) error {
	decoder := yamlv3.NewDecoder(bytes.NewReader(content))
	for documents := 1; ; documents++ {
		var document yamlv3.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case documents > 1:
			return refuse("it has several YAML documents, and programs differ in which one they read")
		case err != nil:
			return refuse("it is not a kubeconfig: %v", withoutValues(err))
		}
	}
}

// checkShape refuses what is no kubeconfig, and one with a choice in it.
func checkShape(strict apiv1.Config) error {
	if strict.Kind != "Config" || strict.APIVersion != "v1" {
		return refuse("it is not a kubeconfig: kind %q of apiVersion %q", strict.Kind, strict.APIVersion)
	}
	if len(strict.Clusters) != 1 || len(strict.AuthInfos) != 1 || len(strict.Contexts) != 1 {
		return refuse("it has %d clusters, %d users and %d contexts; one that names a single cluster has one of each",
			len(strict.Clusters), len(strict.AuthInfos), len(strict.Contexts))
	}
	return nil
}

// connection checks cluster and user of the current context.
func connection(loaded *api.Config) (*rest.Config, error) {
	named, ok := loaded.Contexts[loaded.CurrentContext]
	if !ok {
		return nil, refuse("its current context %q is not in it", loaded.CurrentContext)
	}
	cluster, ok := loaded.Clusters[named.Cluster]
	if !ok {
		return nil, refuse("its context names the cluster %q, which is not in it", named.Cluster)
	}
	user, ok := loaded.AuthInfos[named.AuthInfo]
	if !ok {
		return nil, refuse("its context names the user %q, who is not in it", named.AuthInfo)
	}
	if err := checkCluster(cluster); err != nil {
		return nil, err
	}
	if err := checkUser(user); err != nil {
		return nil, err
	}
	config, err := clientcmd.NewDefaultClientConfig(*loaded, &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		return nil, refuse("it gives no usable connection: %v", err)
	}
	return config, nil
}

// checkCluster refuses a server that cannot be told from another one.
func checkCluster(cluster *api.Cluster) error {
	server, err := url.Parse(cluster.Server)
	switch {
	case err != nil || server.Host == "":
		return refuse("its server %q is no address", cluster.Server)
	case server.Scheme != "https":
		return refuse("its server is spoken to by %s; only https is", server.Scheme)
	case server.User != nil:
		return refuse("its server's address has a user name")
	case cluster.InsecureSkipTLSVerify:
		return refuse("insecure-skip-tls-verify would accept any server for the cluster")
	case cluster.ProxyURL != "":
		return refuse("proxy-url would send everything through a third party")
	case len(cluster.CertificateAuthorityData) == 0:
		return refuse("it embeds no certificate-authority-data, by which its server would be known")
	}
	return nil
}

// checkUser refuses a user whose credentials are not in the kubeconfig itself: a
// command to run, a plugin, or other files.
func checkUser(user *api.AuthInfo) error {
	switch {
	case user.Exec != nil:
		return refuse("its user runs a command (exec: %s); no command of a kubeconfig is run", user.Exec.Command)
	case user.AuthProvider != nil:
		return refuse("its user needs a plugin (auth-provider: %s), which may run a command", user.AuthProvider.Name)
	case user.ClientCertificate != "" || user.ClientKey != "" || user.TokenFile != "":
		return refuse("its user's credentials are in other files, which are not pinned")
	case user.Username != "" || user.Password != "":
		return refuse("its user has a password, which Kubernetes no longer accepts")
	case user.Impersonate != "" || user.ImpersonateUID != "" || len(user.ImpersonateGroups)+len(user.ImpersonateUserExtra) > 0:
		return refuse("its user impersonates another one")
	case user.Token == "" && (len(user.ClientCertificateData) == 0 || len(user.ClientKeyData) == 0):
		return refuse("its user has neither a token nor a certificate with its key")
	}
	return nil
}
