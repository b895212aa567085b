// Package bench measures on the platform that is up. Suites measures what the suites lose
// to waiting: the time from the moment that something is in fact so until a wait notices,
// and the time of a whole suite beside that of the slowest thing which it has to wait for.
// Traffic compares the Kafka generator with Kafka's own. Neither judges anything.
package bench
