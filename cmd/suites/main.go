// Command suites has all suites of checks in it, and runs the one that session.SuiteEnv
// names: it takes the flags of a compiled test package. Under the name ginkgo it is
// Ginkgo's own command, which runs a suite in several processes. The command assay starts
// it; where it lies beside assay, neither Go nor a checkout is needed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/onsi/ginkgo/v2/ginkgo/command"
	"github.com/onsi/ginkgo/v2/ginkgo/labels"
	"github.com/onsi/ginkgo/v2/ginkgo/outline"
	"github.com/onsi/ginkgo/v2/ginkgo/run"
	"github.com/onsi/ginkgo/v2/ginkgo/watch"

	"assay.dev/assay/conformance"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/suites/chaos"
	"assay.dev/assay/suites/eventing"
	"assay.dev/assay/suites/provisioning"
	"assay.dev/assay/suites/quotas"
)

var suites = []*conformance.Suite{provisioning.Suite, quotas.Suite, eventing.Suite, chaos.Suite}

func main() {
	if filepath.Base(os.Args[0]) == session.Ginkgo {
		ginkgo().RunAndExit(os.Args)
	}
	suite, err := named(os.Getenv(session.SuiteEnv))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testing.Init() // Ginkgo's command passes the flags of a test, too
	flag.Parse()
	result := &failure{}
	conformance.Run(result, suite, conformance.Options{})
	if result.failed {
		os.Exit(1)
	}
}

// named returns a suite by its name.
func named(name string) (*conformance.Suite, error) {
	var names []string
	for _, suite := range suites {
		if string(suite.Name()) == name {
			return suite, nil
		}
		names = append(names, string(suite.Name()))
	}
	return nil, fmt.Errorf("%s: %w", session.SuiteEnv, session.Unknown("suite", name, names))
}

// ginkgo is Ginkgo's command, without what writes files of Go.
func ginkgo() command.Program {
	return command.Program{
		Name: session.Ginkgo, Heading: "Ginkgo",
		Commands:       []command.Command{watch.BuildWatchCommand(), labels.BuildLabelsCommand(), outline.BuildOutlineCommand()},
		DefaultCommand: run.BuildRunCommand(),
	}
}

// failure is what a suite fails.
type failure struct{ failed bool }

// Fail implements conformance.T.
func (f *failure) Fail() { f.failed = true }
