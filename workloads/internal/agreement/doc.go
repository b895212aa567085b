// Package agreement tests that the two grammars of events are one: what the schemas
// of the specification accept (spec/schemas, by which the judge decides), the
// workloads accept (workloads/internal/events), and nothing else. It is the only
// place that imports both.
package agreement
