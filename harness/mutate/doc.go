// Package mutate proves that the suites can fail: it breaks one requirement at a
// time on the platform that is up, wants exactly the check of that requirement
// red with the message that was foretold, undoes the break, and wants the check
// green and the cluster as it was.
//
// What was there before is kept in the cluster itself, before it is changed, so
// that a run which is killed at any moment can be undone by the next one.
package mutate
