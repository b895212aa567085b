package ociapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/oracle/oci-go-sdk/v65/objectstorage"
)

// providerClients are the SDK clients whose calls an emulator answers, as Oracle's
// Terraform provider names them.
var providerClients = []string{
	"oci_core.VirtualNetworkClient",
	"oci_core.ComputeClient",
	"oci_identity.IdentityClient",
	"oci_containerengine.ContainerEngineClient",
	"oci_database.DatabaseClient",
}

// HostOverrides is the value of CLIENT_HOST_OVERRIDES that leads Oracle's Terraform
// provider to an emulator alone.
func HostOverrides(endpoint string) string {
	overrides := make([]string, 0, len(providerClients))
	for _, client := range providerClients {
		overrides = append(overrides, client+"="+endpoint)
	}
	return strings.Join(overrides, ";")
}

// Environment is what Terraform's provider needs to reach the same cloud as this
// client.
func (c *Client) Environment() map[string]string {
	if !c.Emulated() {
		return nil
	}
	return map[string]string{"CLIENT_HOST_OVERRIDES": HostOverrides(c.endpoint)}
}

// ObjectStorage is Oracle's client of Object Storage with the same credentials and
// the same way to try again, and the tenancy's namespace.
func (c *Client) ObjectStorage(ctx context.Context) (objectstorage.ObjectStorageClient, string, error) {
	storage, err := objectstorage.NewObjectStorageClientWithConfigurationProvider(c.credentials)
	if err != nil {
		return storage, "", fmt.Errorf("make a client of Object Storage: %w", err)
	}
	if c.Emulated() {
		storage.Host = c.endpoint
	}
	storage.HTTPClient = newHTTP(nil)
	answer, err := storage.GetNamespace(ctx, objectstorage.GetNamespaceRequest{})
	if err != nil {
		return storage, "", fmt.Errorf("ask for the namespace of Object Storage: %w", err)
	}
	if answer.Value == nil {
		return storage, "", fmt.Errorf("the namespace of Object Storage is missing in the answer")
	}
	return storage, *answer.Value, nil
}
