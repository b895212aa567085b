package fault

import (
	"context"
	"fmt"
	"strings"
)

// SelfTestEnv turns self-test mode on and names what SelfTest takes out of the faults of a run.
const SelfTestEnv = "ASSAY_SELF_TEST"

// What SelfTest can take out of a fault.
const (
	SelfTestInject  = "inject"
	SelfTestRecover = "recover"
)

// SelfTest returns a fault whose injection, or whose recovery, does nothing and
// says that it did: a run with it must turn red. Recovery goes on to work for
// Heal, which knows the journal only. After a colon stands the only fault that is
// meant, as in recover:network-loss.
func SelfTest(f Fault, what string) (Fault, error) {
	part, only, one := strings.Cut(what, ":")
	if one && only != f.Name() {
		return f, nil
	}
	switch part {
	case "":
		return f, nil
	case SelfTestInject:
		return uninjected{f}, nil
	case SelfTestRecover:
		return unrecovered{f}, nil
	}
	return nil, fmt.Errorf("self-test mode %q: it must be %s or %s", what, SelfTestInject, SelfTestRecover)
}

type uninjected struct{ Fault }

// Inject implements Fault, and injects nothing.
func (uninjected) Inject(context.Context) error { return nil }

type unrecovered struct{ Fault }

// Recover implements Fault, and recovers nothing.
func (unrecovered) Recover(context.Context) error { return nil }
