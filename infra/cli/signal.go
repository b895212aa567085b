package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals are what ends a run early.
var signals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// interruptible returns a context that a further signal ends. The handler stays
// until the context ends, which at the latest is its parent's deadline.
func interruptible(parent context.Context) context.Context {
	ctx, stop := signal.NotifyContext(parent, signals...)
	context.AfterFunc(ctx, stop)
	return ctx
}

// WithSignals is the context for a whole command: the first signal ends it.
func WithSignals(parent context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(parent, signals...)
}
