package platform

import (
	"fmt"
	"os"
	"regexp"
	"slices"

	"assay.dev/assay/harness/process/refusal"
)

// names are what docker and Kubernetes both take as a name, short enough for the
// names of nodes that are made of it.
var names = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)

// dockersNetworks are what docker itself understands by a network's name: its own
// networks (docker network ls), and the one that it takes if none is named.
var dockersNetworks = []string{"bridge", "default", "host", "ingress", "nat", "none"}

// Name is the name of the kind cluster.
func (p *Platform) Name() string { return p.name }

// Name returns what NameEnv says, DefaultName if it is not set. It is the name of
// the kind cluster.
func Name() (string, error) {
	name := os.Getenv(NameEnv)
	if name == "" {
		return DefaultName, nil
	}
	if !names.MatchString(name) {
		return "", fmt.Errorf("%s is %q: a platform's name is at most 32 lower-case letters, digits and dashes, and starts with a letter", NameEnv, name)
	}
	if slices.Contains(dockersNetworks, name) {
		return "", &refusal.Error{Reason: fmt.Sprintf("%s is %q, which names a network of docker itself; choose another name for the platform", NameEnv, name)}
	}
	return name, nil
}
