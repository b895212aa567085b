// Package tfprovider makes Oracle's Terraform provider available to Terraform or
// OpenTofu, whichever tfbinary finds.
//
// Where Terraform's provider registry answers, nothing is done: terraform installs
// the release that the lock file pins. Where it does not, and for OpenTofu, whose
// registry the lock file does not know, the provider is built once from
// infra/provider, whose dependencies come from the Go module proxy, put into a
// filesystem mirror under the user's cache directory and offered to terraform by a
// CLI configuration file
// (https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation).
package tfprovider
