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
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

// envLogLevel is INFO, the default, or DEBUG.
const envLogLevel = "STRIMZI_LOG_LEVEL"

func main() {
	level := slog.LevelInfo
	if text := os.Getenv(envLogLevel); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			slog.Error("Unknown log level; use INFO or DEBUG", "variable", envLogLevel, "cause", err)
			os.Exit(1)
		}
	}
	logger := logr.FromSlogHandler(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)
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
