// Command terraform-provider-oci serves Oracle's Terraform provider.
//
// Oracle publishes the provider as a library with an internal main package
// that cannot be installed under the name Terraform expects; this wrapper is
// the entry point that a filesystem mirror needs.
package main

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/plugin"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
	"github.com/terraform-providers/terraform-provider-oci/oci"
)

// served are the services of OCI that infra/terraform uses. Terraform reads the
// schema of everything that a provider serves at least once a command, and all of
// Oracle's takes longer than the rest of a plan.
var served = []string{"oci_core_", "oci_containerengine_", "oci_database_", "oci_identity_"}

func main() {
	plugin.Serve(&plugin.ServeOpts{ProviderFunc: provider})
}

// provider is Oracle's own, without the types of other services.
func provider() terraform.ResourceProvider {
	all := oci.Provider()
	if known, ok := all.(*schema.Provider); ok {
		keepServed(known.ResourcesMap)
		keepServed(known.DataSourcesMap)
	}
	return all
}

func keepServed(types map[string]*schema.Resource) {
	for name := range types {
		if !isServed(name) {
			delete(types, name)
		}
	}
}

func isServed(name string) bool {
	for _, service := range served {
		if strings.HasPrefix(name, service) {
			return true
		}
	}
	return false
}
