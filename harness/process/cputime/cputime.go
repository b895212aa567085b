// Package cputime counts the processor time of the programs that a piece of work starts.
// It imports nothing of ours, so that whatever starts programs can count.
package cputime

import (
	"context"
	"os"
	"sync/atomic"
	"time"
)

type key struct{}

// Meter sums the processor time of programs that have ended. It may be used concurrently.
type Meter struct{ used atomic.Int64 }

// With returns a context whose programs are counted by the meter.
func With(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, key{}, m), m
}

// Used is the user and system time so far.
func (m *Meter) Used() time.Duration { return time.Duration(m.used.Load()) }

// Add counts a program that has ended, with the children that it has waited for, on the
// meter of a context. A program that was not started, and a context without a meter,
// count nothing. Work in containers is not its engine's client's, and is not counted.
func Add(ctx context.Context, ended *os.ProcessState) {
	if m, ok := ctx.Value(key{}).(*Meter); ok && ended != nil {
		m.used.Add(int64(ended.UserTime() + ended.SystemTime()))
	}
}
