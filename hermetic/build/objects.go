package build

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/host"
)

// compiler is the machine's C compiler, by its POSIX name.
const compiler = "cc"

// cflags make an object whose code stands alone wherever it is put: Chaos Mesh
// copies it into other processes. The last two take out what distributions add.
var cflags = []string{"-c", "-fPIE", "-O2", "-fno-stack-protector", "-fcf-protection=none"}

func hasCompiler() bool {
	_, err := exec.LookPath(compiler)
	return err == nil
}

// embedded is the change of a module that has the objects beside their sources.
func embedded(objects catalogue.Objects) moduleChange {
	return moduleChange{
		module: objects.Module,
		inputs: slices.Concat([]string{"objects", objects.Module}, objects.Sources, cflags),
		apply: func(ctx context.Context, log io.Writer, copied string) error {
			for _, source := range objects.Sources {
				object := strings.TrimSuffix(source, ".c") + ".o"
				args := slices.Concat([]string{compiler}, cflags, []string{"-o", object, source})
				if err := host.Run(ctx, log, host.Command{Dir: copied, Args: args}); err != nil {
					return fmt.Errorf("compile %s of %s: %w", source, objects.Module, err)
				}
			}
			return nil
		},
	}
}
