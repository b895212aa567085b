// Package controller watches a cluster and keeps the data plane, the Events and
// the status of its Ingresses up to date.
//
// Whatever changes leads to one and the same step, [Reconciler.Reconcile]: the
// whole configuration is built again from the cache and applied, which costs
// nothing when it is the one that is live. Changes that come in quick
// succession share a step.
package controller
