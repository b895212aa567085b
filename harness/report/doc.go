// Package report turns what a run has left behind into what people and machines
// read: report.json, junit.xml, and one self-contained page, report.html.
//
// It judges nothing by itself but the run as a whole: a MUST that is neither
// passed nor skipped for a named missing capability makes the run red. The same
// run directory gives the same bytes, with or without a cluster.
//
// A run directory holds, all optional but run.json:
//
//	run.json                         what the run is (package run)
//	ginkgo/<suite>.json              what Ginkgo reports of a suite
//	history/<experiment>/*.jsonl     what was seen (package history)
//	history/<experiment>/verdict.json  what it was judged to be (package judge)
//	diagnostics/<ID>…                what was saved when the check of an ID failed
//	mutants.json                     what became of the mutants
package report
