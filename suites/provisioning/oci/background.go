package oci

import (
	"context"
	"fmt"
	"runtime/debug"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// background is a scenario that runs beside others: each waits for terraform, and
// terraform for the emulator, most of the time.
type background struct {
	ended chan struct{}
	err   error
}

// unmet is what a scenario's expectation panics with to end it.
type unmet string

// inBackground starts a scenario with expectations of its own, because those of a
// spec belong to the spec that happens to run.
func inBackground(run func(g Gomega)) *background {
	b := &background{ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		defer func() {
			switch ending := recover().(type) {
			case nil:
			case unmet:
				b.err = fmt.Errorf("%s", string(ending))
			default:
				b.err = fmt.Errorf("panic: %v\n%s", ending, debug.Stack())
			}
		}()
		run(NewGomega(func(message string, _ ...int) { panic(unmet(message + "\n" + string(debug.Stack()))) }))
	}()
	return b
}

// mustSucceed waits for the scenario's end and fails the spec with its reason.
func (b *background) mustSucceed(ctx context.Context) {
	GinkgoHelper()
	select {
	case <-b.ended:
		if b.err != nil {
			Fail(b.err.Error())
		}
	case <-ctx.Done():
		Fail("the scenario did not end in time")
	}
}
