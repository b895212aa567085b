package vulncheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"assay.dev/assay/harness/text/visible"
)

// ErrRed is wrapped by the error of a run in which something has to be done.
var ErrRed = errors.New("vulnerabilities that are not accepted, or entries that are stale")

// Check is how modules are looked at.
type Check struct {
	// Root is the repository.
	Root string
	// Tool is the path of govulncheck, Database the URL of its database; empty is its own.
	Tool, Database string
	Out            io.Writer
}

// Run looks at every module. Its error wraps ErrRed where something has to be done; a
// module that cannot be looked at is an error, too, and the others are looked at.
func (c Check) Run(ctx context.Context) error {
	modules, err := Modules(c.Root)
	if err != nil {
		return err
	}
	accepted, err := LoadAccepted(c.Root, modules)
	if err != nil {
		return err
	}
	var problems []error
	for _, module := range modules {
		found, err := c.scan(ctx, module)
		if err != nil {
			problems = append(problems, fmt.Errorf("look at %s: %w", module.Dir, err))
			continue
		}
		v := Judge(module, found, accepted)
		if _, err := io.WriteString(c.Out, visible.Text(v.String())); err != nil {
			return err
		}
		if v.Red() {
			problems = append(problems, fmt.Errorf("%w: %s", ErrRed, module.Dir))
		}
	}
	return errors.Join(problems...)
}

func (c Check) scan(ctx context.Context, module Module) ([]Finding, error) {
	args := []string{"-format", "json"}
	if c.Database != "" {
		args = append(args, "-db", c.Database)
	}
	command := exec.CommandContext(ctx, c.Tool, append(args, module.Packages...)...)
	command.Dir = filepath.Join(c.Root, module.Dir)
	// The modules stand for themselves, whatever the caller works on.
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")
	var out, messages bytes.Buffer
	command.Stdout, command.Stderr = &out, &messages
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(messages.String()))
	}
	return Read(&out)
}

// String lists what was found, a line for each.
func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d reached, %d of them accepted, %d not reached\n", v.Module.Dir, len(v.New)+len(v.Accepted), len(v.Accepted), len(v.Unreached))
	list := func(what string, findings []Finding) {
		for _, f := range findings {
			fixed := "not fixed yet"
			if f.Fixed != "" {
				fixed = "fixed in " + f.Fixed
			}
			fmt.Fprintf(&b, "  %s %s in %s %s, %s: %s (%s)\n", what, f.ID, f.Module, f.Version, fixed, f.Summary, f.Called)
		}
	}
	list("RED", v.New)
	list("accepted", v.Accepted)
	for _, a := range v.Stale {
		fmt.Fprintf(&b, "  RED %s is accepted and reached no more: take it off %s\n", a.ID, listFile)
	}
	return b.String()
}
