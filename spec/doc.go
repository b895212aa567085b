// Package spec is the specification of a platform as data.
//
// SPEC.md is the constitution: what the platform under judgement has to be.
// Everything that a check compares comes from the files beside it, and nowhere
// else:
//
//   - requirements/*.yaml: one file per family of IDs (NET, KFK, EVT, …), each
//     requirement one RFC 2119 sentence that becomes the name of its check.
//     They are split by family so that a change to one part of the platform is
//     read in one short file.
//   - platform.yaml: the tables of SPEC.md as values, together with the values
//     on which SPEC.md is silent and a platform cannot be (resources, probes,
//     dead-letter topics, timeouts, recovery time objectives).
//   - facts.yaml: what holds outside of SPEC.md and bears on it (free
//     allowances, offered versions, what a kubelet reserves), each with source
//     and date.
//   - cells.yaml: every sentence, table cell, JSON field, box and arrow of
//     SPEC.md with the IDs that claim it. A test parses SPEC.md and holds the
//     two against each other both ways.
//
// Decoding is strict: an unknown, missing or doubled key, a value that is not
// one of its enumeration, a quantity, duration or address that does not parse
// is an error naming file, line and key.
//
// The package depends on no Kubernetes client, so that a judge can import it.
package spec
