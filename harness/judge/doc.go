// Package judge decides, from a history alone, whether the specification's
// guarantees were kept. Its functions are pure: the same history gets the same
// verdict, on any machine, with or without a cluster.
package judge
