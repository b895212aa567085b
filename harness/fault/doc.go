// Package fault breaks the platform on purpose, sees that it is broken, and makes
// it whole again.
//
// Each kind of fault is one file. A fault is prepared first: its targets are
// chosen, the probe that will see its effect is seen to see the healthy state,
// and how to undo it is written to a journal in the cluster. Only then it is
// injected. Recovering is undoing what the journal says, so that Heal, which runs
// after a suite was killed, does the same as a recovery in time.
package fault
