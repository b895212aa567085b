// Package operator holds the reconcilers of the stand-in's cluster operator:
// one brings a Kafka resource to the objects that package cluster renders, one
// keeps the pods of a StrimziPodSet.
//
// A reconciliation never blocks. It does what can be done now and, where it
// must wait, ends; the watched change that it waits for starts it again. Only
// what brokers tell has no watch, and is asked for again after a short delay.
package operator
