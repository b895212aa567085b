// Strimzi-standin is an operator that honours the contract of Strimzi 0.40.0
// for Kafka, KafkaTopic and StrimziPodSet resources, for clusters that cannot
// pull the real one. Its two commands are the processes that Strimzi has:
// cluster-operator and topic-operator. Both are configured by environment
// variables with Strimzi's names.
package main

import (
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stdout, nil)))
	root := &cobra.Command{
		Use:           "strimzi-standin",
		Short:         "A stand-in for the Strimzi 0.40.0 operators",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		&cobra.Command{
			Use:   "cluster-operator",
			Short: "Reconcile Kafka and StrimziPodSet resources",
			Args:  cobra.NoArgs,
			RunE:  func(cmd *cobra.Command, _ []string) error { return runClusterOperator(cmd.Context(), os.LookupEnv) },
		},
		&cobra.Command{
			Use:   "topic-operator",
			Short: "Reconcile KafkaTopic resources",
			Args:  cobra.NoArgs,
			RunE:  func(cmd *cobra.Command, _ []string) error { return runTopicOperator(cmd.Context(), os.LookupEnv) },
		},
	)
	if err := root.ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		slog.Error("Stopped", "cause", err)
		os.Exit(1)
	}
}
