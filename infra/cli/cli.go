// Package cli holds the commands for the cloud part: bootstrap, up, down, adopt,
// kubeconfig, record, cost, sweep, scan and tools. They are thin; what they do is in the packages beside this one.
package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"
	"github.com/spf13/cobra"

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
	volumeGB       = 50
	ingressMbps    = 10
	defaultTTL     = 6 * time.Hour
	defaultTimeout = 90 * time.Minute
)

// Commands are all of the cloud part's commands.
func Commands() []*cobra.Command {
	return []*cobra.Command{
		bootstrapCommand(), upCommand(), downCommand(), adoptCommand(), unadoptCommand(), kubeconfigCommand(), recordCommand(),
		CostCommand(), sweepCommand(), scanCommand(), tfvarsCommand(), toolsCommand(),
	}
}

// stackFlags are what all commands with a stack share.
type stackFlags struct {
	module, dir, run, compartment, spec string
	ttl, timeout                        time.Duration
	volumes                             int
	allowCost                           bool
	size                                int
	// offline commands make and delete nothing, so they need no inventory.
	offline bool
}

func (f *stackFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&f.module, "module", filepath.Join("infra", "terraform"), "folder with the Terraform configuration")
	flags.StringVar(&f.spec, "spec", "", "directory of the specification (default from "+source.Env+", else the reference)")
	flags.StringVar(&f.dir, "dir", filepath.Join("artifacts", "oci"), "directory of the run's state")
	flags.StringVar(&f.run, "run", "", "name of the run, the first time only (default: one that no other run has)")
	flags.StringVar(&f.compartment, "compartment", os.Getenv(compartmentEnv), "OCID of the compartment (default from "+compartmentEnv+")")
	flags.DurationVar(&f.ttl, "ttl", defaultTTL, "after this time the sweep may delete the run")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "give up after this time")
	flags.IntVar(&f.volumes, "claims", -1, "volume claims that the workload makes, for the cost (default: the specification's)")
	flags.IntVar(&f.size, "nodes", 0, "worker nodes (default: the specification's)")
	flags.BoolVar(&f.allowCost, "allow-cost", false, "allow costs beyond the Always Free allowances")
}

// withStack opens the stack and lets act work on it until the command's time is up.
func (f *stackFlags) withStack(command *cobra.Command, act func(context.Context, *stack.Stack) error) error {
	ctx, cancel := context.WithTimeout(command.Context(), f.timeout)
	defer cancel()
	opened, err := f.open(ctx, command)
	if err != nil {
		return err
	}
	return act(ctx, opened)
}

func (f *stackFlags) open(ctx context.Context, command *cobra.Command) (*stack.Stack, error) {
	if f.compartment == "" && !stack.Exists(f.dir) {
		return nil, errNoCompartment
	}
	specified, err := source.Open(f.spec)
	if err != nil {
		return nil, err
	}
	api, err := client()
	if err != nil {
		return nil, err
	}
	workload, err := f.workload()
	if err != nil {
		return nil, err
	}
	config := stack.Config{
		Module: f.module, Dir: f.dir, Run: f.run, TTL: f.ttl, Compartment: f.compartment,
		Platform: specified.Platform, API: api, Workload: workload, AllowCost: f.allowCost, Log: command.ErrOrStderr(),
	}
	if f.size > 0 {
		config.Variables = map[string]any{"node_pool_size": f.size}
	}
	// Another compartment or region than the run's is refused before anything is asked.
	if config.Compartment, err = stack.Pinned(config); err != nil {
		return nil, err
	}
	if !f.offline {
		if config.Store, err = store(ctx, api, config.Compartment); err != nil {
			return nil, err
		}
	}
	// The slow part comes after everything that may be missing.
	if config.Provider, err = tfprovider.Ensure(ctx, tfprovider.Options{Log: command.ErrOrStderr()}); err != nil {
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
func (f *stackFlags) workload() (cost.Workload, error) {
	made := cost.Workload{LoadBalancers: 1, BandwidthMbps: ingressMbps}
	if f.volumes >= 0 {
		made.Volumes = slices.Repeat([]int{volumeGB}, f.volumes)
		return made, nil
	}
	specified, err := source.Open(f.spec)
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
