// Package cli is the command `assay cloud`: the life of a platform on OCI, or on the
// emulated OCI with a kind cluster of this machine behind it, step by step, and what a
// step is made of. The commands are thin; what they do is in the packages beside this one.
package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"assay.dev/assay/harness/text/visible"
)

// Program runs another command of the program that `assay cloud` is a part of: up,
// deploy, test or down.
type Program func(ctx context.Context, args ...string) error

const (
	defaultTTL     = 6 * time.Hour
	defaultTimeout = 90 * time.Minute
)

// options are what the commands share.
type options struct {
	assay                                 Program
	target, module, dir, run, compartment string
	ttl, timeout                          time.Duration
	volumes, size                         int
	allowCost                             bool
	// offline commands make and delete nothing, so they need no inventory.
	offline bool
	// behind is the directory of the platform that stands behind the emulated OCI.
	behind string
}

// Command is `assay cloud`.
func Command(assay Program) *cobra.Command {
	o := &options{assay: assay}
	command := &cobra.Command{
		Use:   "cloud",
		Short: "Make, judge and delete the platform on OCI or on the emulated OCI, step by step",
		Long: "Make, judge and delete the platform on OCI, or on the emulated OCI with a kind cluster of this machine behind it\n" +
			"whose nodes are like OKE's. Both take the same steps: up, deploy, attributes, judge, scan, down; e2e is all of them.\n" +
			"Relative paths are those of the checkout.",
	}
	flags := command.PersistentFlags()
	flags.StringVar(&o.target, "target", oke, "the cloud: "+oke+", or "+sim+" for the emulated OCI")
	flags.StringVar(&o.dir, "dir", "", "directory of the run's state (default "+ociDir+")")
	flags.StringVar(&o.run, "run", "", "name of the run, the first time only (default: one that no other run has)")
	flags.StringVar(&o.compartment, "compartment", "", "OCID of the compartment (default from "+compartmentEnv+")")
	flags.StringVar(&o.module, "module", "infra/terraform", "folder with the Terraform configuration")
	flags.DurationVar(&o.timeout, "timeout", defaultTimeout, "give up after this time")
	command.AddCommand(append(o.stepCommands(), o.scanCommand(), o.bootstrapCommand(), o.adoptCommand(), o.unadoptCommand(),
		o.kubeconfigCommand(), o.recordCommand(), o.costCommand(), o.sweepCommand(), tfvarsCommand(), o.toolsCommand(), emulatorCommand())...)
	for _, sub := range command.Commands() {
		sub.RunE = o.chosen(sub.RunE)
	}
	return command
}

// makingFlags let a command say how much is made.
func (o *options) makingFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.DurationVar(&o.ttl, "ttl", defaultTTL, "after this time the sweep may delete the run")
	flags.IntVar(&o.volumes, "claims", -1, "volume claims that the workload makes, for the cost (default: the specification's)")
	flags.IntVar(&o.size, "nodes", 0, "worker nodes (default: the specification's)")
	flags.BoolVar(&o.allowCost, "allow-cost", false, "allow costs beyond the Always Free allowances")
}

// chosen runs a command for the target that the user names. It makes what a cluster or a
// cloud said, and a command prints, safe for a terminal.
func (o *options) chosen(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, args []string) error {
		if err := o.choose(); err != nil {
			return err
		}
		out, errs := visible.NewWriter(command.OutOrStdout()), visible.NewWriter(command.ErrOrStderr())
		command.SetOut(out)
		command.SetErr(errs)
		return errors.Join(run(command, args), out.Close(), errs.Close())
	}
}
