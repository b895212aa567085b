// Package conformance runs assay's suites of checks from a test package of somebody else.
//
// A suite is a package of assay.dev/assay/suites: provisioning, quotas, eventing, chaos.
// Ginkgo builds its tree of checks once in a process, so each suite needs a test package of
// its own, which calls [Run] once:
//
//	func TestQuotas(t *testing.T) {
//		conformance.Run(t, quotas.Suite, conformance.Options{Spec: os.DirFS("spec"), ReportDir: "runs"})
//	}
//
// `go test` and `ginkgo` run it like any other test, with all flags of theirs. What the
// platform has to do is data: the directory of a specification (docs/spec.md).
//
// # Order of choices
//
// A field of [Options] that is set wins over the environment variable that it names; one
// that is empty leaves the choice to it. A suite that another process of assay has started,
// as `assay test` does, takes part in the run of that process: its platform, its selection
// and its directory are those of the run.
//
// # Compatibility
//
// The exported names of this package, the variables Suite of the four suites, and the IDs
// of requirements that a row of a specification makes are kept within a major version: they
// may become more, and none is removed, renamed or given another meaning. A new check may
// turn a platform red that was green. Texts (sentences, reasons, errors), the names of
// checks, the files in a run's directory but report.json, and all packages below harness
// may change at any time. A file report.json has its own version in it.
package conformance
