package adoption

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"assay.dev/assay/harness/process/refusal"
)

// Given is a context of a kubeconfig that somebody else's tools made.
type Given struct {
	// File is its path, Context the name of the context in it.
	File, Context string
	// Server is the address of the API server.
	Server string
	// Command is what the kubeconfig runs for its credentials, empty for none.
	Command string

	config *clientcmdapi.Config
}

// Read reads a context of a kubeconfig, and refuses one that leads through a proxy, does
// not check who the server is, or gets its credentials in a way that is not known. It
// sends nothing and runs nothing.
func Read(file, context string) (*Given, error) {
	all, err := clientcmd.LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	if _, known := all.Contexts[context]; !known {
		names := strings.Join(slices.Sorted(maps.Keys(all.Contexts)), ", ")
		if context == "" {
			return nil, refusal.New("name the context: --context is one of %s", names)
		}
		return nil, refusal.New("%s has no context %q; it has %s", file, context, names)
	}
	all.CurrentContext = context
	if err := clientcmd.ResolveLocalPaths(all); err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	if err := clientcmdapi.MinifyConfig(all); err != nil {
		return nil, &refusal.Error{Reason: fmt.Sprintf("the context %s of %s", context, file), Err: err}
	}
	given := &Given{File: file, Context: context, config: all}
	if err := given.check(); err != nil {
		return nil, &refusal.Error{Reason: fmt.Sprintf("refuse the context %s of %s", context, file), Err: err}
	}
	return given, nil
}

func (g *Given) check() error {
	user := g.config.AuthInfos[g.config.Contexts[g.Context].AuthInfo]
	if user == nil {
		return errors.New("it names a user that the file does not have")
	}
	command := user.Exec
	user.Exec = nil // what is left has to be acceptable without it
	err := acceptable(g.config)
	user.Exec = command
	if err != nil {
		return fmt.Errorf("%w: make a context that leads to the API server itself, with its certificate authority, for example with a port-forward or a tunnel of your own", err)
	}
	g.Server = g.config.Clusters[g.config.Contexts[g.Context].Cluster].Server
	if command != nil {
		g.Command = strings.Join(append([]string{command.Command}, command.Args...), " ")
	}
	return nil
}

// Client makes a client. It runs the command of the kubeconfig at the first request, as
// kubectl does, if there is one.
func (g *Given) Client() (kubernetes.Interface, *rest.Config, error) {
	config, err := clientcmd.NewDefaultClientConfig(*g.config, nil).ClientConfig()
	if err != nil {
		return nil, nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return client, config, nil
}
