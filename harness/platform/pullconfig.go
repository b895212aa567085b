package platform

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"

	"assay.dev/assay/harness/process/childenv"
)

const (
	// pullConfigEnv names docker's configuration with the credentials of RegistryEnv.
	pullConfigEnv = "ASSAY_IMAGE_PULL_CONFIG"
	// pullSecretEnv names the Secret that is made of it.
	pullSecretEnv = "ASSAY_IMAGE_PULL_SECRET"
	// balancerSubnetEnv is the OCID of the subnet of the ingress' load balancer.
	balancerSubnetEnv = "ASSAY_LB_SUBNET_ID"
)

// deploymentEnv are the caller's variables that deploy/ reads: what a user says about
// a cluster in OCI.
var deploymentEnv = []string{RegistryEnv, pullSecretEnv, pullConfigEnv, balancerSubnetEnv}

// env is what helmfile gets beside what every program does.
func (r releaser) env() []string {
	return slices.Concat(helmHome(r.home), childenv.Make(nil, deploymentEnv),
		[]string{"ASSAY_CHARTS=" + r.charts, "ASSAY_PLATFORM_YAML=" + r.platform, "KUBECONFIG=" + r.kubeconfig, "ASSAY_IMAGE_REVISION=" + r.revision})
}

// pushKeychain has docker's credentials, and for registries that docker knows none
// for, those with which nodes pull.
func pushKeychain() authn.Keychain {
	return authn.NewMultiKeychain(authn.DefaultKeychain, pullConfig{os.Getenv(pullConfigEnv)})
}

// pullConfig is a keychain of a docker configuration; an empty path has nothing.
type pullConfig struct{ file string }

// Resolve implements authn.Keychain. Errors name the file, not its content.
func (c pullConfig) Resolve(target authn.Resource) (authn.Authenticator, error) {
	if c.file == "" {
		return authn.Anonymous, nil
	}
	content, err := os.ReadFile(c.file)
	if err != nil {
		return nil, fmt.Errorf("read the file of %s: %w", pullConfigEnv, err)
	}
	var config struct {
		Auths map[string]authn.AuthConfig `json:"auths"`
	}
	if err := json.Unmarshal(content, &config); err != nil {
		return nil, fmt.Errorf("the file of %s is no docker configuration", pullConfigEnv)
	}
	for registry, entry := range config.Auths {
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(registry, "https://"), "http://"), "/")
		if host == target.RegistryStr() {
			return authn.FromConfig(entry), nil
		}
	}
	return authn.Anonymous, nil
}
