package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/cost"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/infra/tfprovider"
	"assay.dev/assay/spec/source"
)

// EndpointEnv names the address of an OCI emulator that stands in for the cloud.
const EndpointEnv = "ASSAY_OCI_ENDPOINT"

// compartmentEnv is where Terraform looks for the compartment, too.
const compartmentEnv = "TF_VAR_compartment_id"

var errNoCompartment = errors.New("no compartment: set --compartment or " + compartmentEnv)

// Of the workload that deploy/ brings to the cluster: one ingress at the free bandwidth,
// and claims of at least OCI's minimum.
const (
	volumeGB    = 50
	ingressMbps = 10
)

// in is the compartment that the user names, by flag or environment.
func (o *options) in() string { return cmp.Or(o.compartment, os.Getenv(compartmentEnv)) }

// withStack opens the stack and lets act work on it until the command's time is up.
func (o *options) withStack(ctx context.Context, log io.Writer, act func(context.Context, *stack.Stack) error) error {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	opened, err := o.open(ctx, log)
	if err != nil {
		return err
	}
	return act(ctx, opened)
}

func (o *options) open(ctx context.Context, log io.Writer) (*stack.Stack, error) {
	compartment := o.in()
	if compartment == "" && !stack.Exists(o.dir) {
		return nil, errNoCompartment
	}
	specified, err := source.Open("")
	if err != nil {
		return nil, err
	}
	api, err := client()
	if err != nil {
		return nil, err
	}
	workload, err := o.workload()
	if err != nil {
		return nil, err
	}
	config := stack.Config{
		Module: o.module, Dir: o.dir, Run: o.run, TTL: o.ttl, Compartment: compartment,
		Platform: specified.Platform, API: api, Workload: workload, AllowCost: o.allowCost, Log: log,
	}
	if o.size > 0 {
		config.Variables = map[string]any{"node_pool_size": o.size}
	}
	// Another compartment or region than the run's is refused before anything is asked.
	if config.Compartment, err = stack.Pinned(config); err != nil {
		return nil, err
	}
	if !o.offline {
		if config.Store, err = store(ctx, api, config.Compartment); err != nil {
			return nil, err
		}
	}
	// The slow part comes after everything that may be missing.
	if config.Provider, err = tfprovider.Ensure(ctx, tfprovider.Options{Log: log}); err != nil {
		return nil, err
	}
	return stack.Open(config)
}

// store is where inventories are stored. An emulated cloud starts empty and ends with
// its process, so that nobody could have made the bucket before.
func store(ctx context.Context, api *ociapi.Client, compartment string) (*inventory.Store, error) {
	if api.Emulated() {
		return inventory.Bootstrap(ctx, api, compartment)
	}
	return inventory.OpenStore(ctx, api, compartment)
}

// workload is what the specification's claims take, or as many of the smallest ones as
// the flag says.
func (o *options) workload() (cost.Workload, error) {
	made := cost.Workload{LoadBalancers: 1, BandwidthMbps: ingressMbps}
	if o.volumes >= 0 {
		made.Volumes = slices.Repeat([]int{volumeGB}, o.volumes)
		return made, nil
	}
	specified, err := source.Open("")
	if err != nil {
		return made, err
	}
	for _, volume := range specified.VolumeClaims() {
		made.Volumes = append(made.Volumes, max(volumeGB, int(math.Ceil(float64(volume.Size.Bytes())/(1<<30)))))
	}
	return made, nil
}

// client signs with the same credentials that Terraform uses: TF_VAR_* first,
// then ~/.oci/config.
func client() (*ociapi.Client, error) {
	credentials, err := common.ComposingConfigurationProvider([]common.ConfigurationProvider{
		common.ConfigurationProviderEnvironmentVariables("TF_VAR", ""), common.DefaultConfigProvider(),
	})
	if err != nil {
		return nil, fmt.Errorf("find OCI credentials: %w", err)
	}
	api, err := ociapi.New(credentials, os.Getenv(EndpointEnv))
	if err != nil {
		// The SDK keeps to itself why it could not read a key.
		if key := os.Getenv(keyEnv); key != "" {
			_, unread := os.ReadFile(key)
			err = errors.Join(err, unread)
		}
		return nil, fmt.Errorf("%w\nCredentials come from ~/.oci/config, which `oci setup config` makes, or from TF_VAR_region, "+
			"TF_VAR_tenancy_ocid, TF_VAR_user_ocid, TF_VAR_fingerprint and TF_VAR_private_key_path", err)
	}
	return api, nil
}
