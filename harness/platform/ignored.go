package platform

import (
	"strings"

	"assay.dev/assay/harness/process/childenv"
)

// steering is what the names of variables start with that would lead helm, helmfile,
// kind or Terraform elsewhere. No inner program gets them.
var steering = []string{"HELM_", "HELMFILE_", "KUBECONFIG", "KIND_", "TF_"}

// ownEnv is set by this process itself, or holds for programs that it does not start.
var ownEnv = []string{networkEnv, "TF_VAR_*", "TF_LOG*"}

// reportIgnored names the caller's variables that have no effect here.
func (p *Platform) reportIgnored() {
	if names := childenv.Ignored(steering, ownEnv); len(names) > 0 {
		p.printf("without effect on the programs that assay starts: %s", strings.Join(names, ", "))
	}
}
