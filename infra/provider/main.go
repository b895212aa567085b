// Command terraform-provider-oci serves Oracle's Terraform provider.
//
// Oracle publishes the provider as a library with an internal main package
// that cannot be installed under the name Terraform expects; this wrapper is
// the entry point that a filesystem mirror needs.
package main

import (
	"github.com/hashicorp/terraform-plugin-sdk/plugin"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
	"github.com/terraform-providers/terraform-provider-oci/oci"
)

func main() {
	plugin.Serve(&plugin.ServeOpts{
		ProviderFunc: func() terraform.ResourceProvider { return oci.Provider() },
	})
}
