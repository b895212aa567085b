package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"assay.dev/assay/harness/process/childenv"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/hermetic/host"
)

// CloudRunEnv names the run of infra/ whose resources in the cloud the checks of
// suites/provisioning/oci ask the cloud's API about.
const CloudRunEnv = "ASSAY_OCI_RUN"

const (
	// endpointEnv names an emulator that stands in for the cloud.
	endpointEnv = "ASSAY_OCI_ENDPOINT"
	// inCloud are the checks that only look at what is there, inEmulated those of
	// them that an emulator can answer.
	inCloud    = "oci && oke"
	inEmulated = inCloud + " && oci-sim"
)

// cloudEnv are the caller's variables by which the checks find the cloud, the run in
// it, and the credentials for its API (infra/cli, infra/ocisim). The key itself is
// a file.
var cloudEnv = []string{"ASSAY_OCI_*", "TF_VAR_*"}

// RunCloud asks the cloud about the run that CloudRunEnv names, as a part of r. It
// does nothing where none is named.
func (s Session) RunCloud(ctx context.Context, r *run.Run, out io.Writer) (SuiteResult, error) {
	result := SuiteResult{Suite: emulated, Passed: true}
	if os.Getenv(CloudRunEnv) == "" {
		return result, nil
	}
	labels := inCloud
	if os.Getenv(endpointEnv) != "" {
		labels = inEmulated
	}
	start := time.Now()
	err := host.Run(ctx, out, host.Command{
		Dir: s.Dir, Env: childenv.Make(map[string]string{run.DirEnv: r.Path()}, cloudEnv),
		Args: []string{
			"go", "test", "-vet=off", "-count=1", "-timeout=" + s.Spec.Timeouts.Suite.String(), "-v",
			"./suites/" + emulated, "-run=TestOCI", "-ginkgo.no-color", "-ginkgo.fail-on-empty", "-ginkgo.label-filter=" + labels,
		},
	})
	result.Took, result.Passed = time.Since(start), err == nil
	var ended *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &ended) {
		return result, fmt.Errorf("ask the cloud: %w", err)
	}
	return result, nil
}
