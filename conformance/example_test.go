package conformance_test

import (
	"fmt"
	"os"
	"testing"

	"assay.dev/assay/conformance"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/suites/chaos"
	"assay.dev/assay/suites/quotas"
)

// t stands for the argument of a test.
var t = &testing.T{}

// What the quotas of one namespace have to be, without a cluster.
func ExampleRun_dryRun() {
	report := conformance.Run(t, quotas.Suite, conformance.Options{Spec: todo.FS, Focus: "quota.kafka", DryRun: true})
	for _, one := range report.Requirements {
		fmt.Println(one.Level, one.ID, one.Result)
	}
	fmt.Println(report.Verdict, report.Err)
	// Output:
	// MUST quota.kafka.cpu-limits not run
	// MUST quota.kafka.cpu-requests not run
	// MUST quota.kafka.enforced not run
	// MUST quota.kafka.memory-limits not run
	// MUST quota.kafka.memory-requests not run
	// inconclusive <nil>
}

// What a fault has to leave as it was.
func ExampleRun_fault() {
	report := conformance.Run(t, chaos.Suite, conformance.Options{Spec: todo.FS, Labels: "core && fault.broker-pod-kill", DryRun: true})
	for _, one := range report.Requirements {
		fmt.Println(one.Sentence)
	}
	// Output:
	// The broker's pod is killed: the platform MUST be Ready again, and every accepted event accounted for, within the objectives of `broker-pod-kill`.
}

// A wrong option is an error that says what to do.
func ExampleRun_wrongOption() {
	report := conformance.Run(t, quotas.Suite, conformance.Options{Focus: "topic.reminders.partitions"})
	fmt.Println(report.Err)
	// Output:
	// conformance: the options Focus and Labels select checks of the suite provisioning, and this is quotas: run provisioning.Suite, or select a requirement of quotas
}

// A cluster that somebody else has made, by the specification in a directory.
func ExampleRun() {
	// In a test of a package of its own: func TestQuotas(t *testing.T) {
	report := conformance.Run(t, quotas.Suite, conformance.Options{
		Spec:       os.DirFS("spec"),
		Kubeconfig: os.Getenv("PLATFORM_KUBECONFIG"),
		ClusterUID: os.Getenv("PLATFORM_UID"),
		Ingress:    conformance.Ingress{HTTP: "203.0.113.7:80", HTTPS: "203.0.113.7:443"},
		ReportDir:  "runs",
	})
	for _, one := range report.Requirements {
		fmt.Println(one.ID, one.Result, one.Reason)
	}
}
