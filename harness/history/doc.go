// Package history holds what a run has seen, as plain values, before anything
// is judged: each attempt to publish with its answer, each record in Kafka, each
// committed offset, each delivery, each effect, each fault with its proof, what
// Kubernetes did, and how well the observers themselves held out.
//
// A history is a directory of JSON Lines files, one per kind of entry. All times
// in it are nanoseconds since the run's base on one monotonic clock (Header.Base
// is the wall clock at that moment), so that entries of different observers can
// be ordered.
//
// The package imports nothing of this repository: observers write histories,
// judges read them, and neither knows the other.
package history
