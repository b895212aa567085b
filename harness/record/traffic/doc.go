// Package traffic makes the load under which the platform is judged, from the table load
// of its specification: requests through the API, and events straight into Kafka.
//
//	g, err := traffic.Start(ctx, front, log, traffic.Steady(spec, seed))
//	…
//	load, err := g.Stop()
//
// Every attempt is in the history with its answer: accepted, refused, or unknown
// where none came. Nothing is sent twice to hide that, so that what was accepted
// can be accounted for. All random choices come from the profile's seed. A load
// that stayed under the profile's minimum proves nothing: the history says so in
// its Load entry, and the judge calls the run inconclusive.
package traffic
