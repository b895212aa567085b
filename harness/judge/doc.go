// Package judge decides, from a history alone, whether the specification's
// guarantees were kept. Its functions are pure: the same history gets the same
// verdict, on any machine, with or without a cluster.
//
// # How a history is judged
//
// Each event is followed through the states that the specification draws, for each
// consumer group by itself: Published → In Kafka → Consumed → Processed, Expired or
// Failed. What a state is known by:
//
//   - Published: an attempt, or the request through the API that caused it.
//   - In Kafka: a record in its topic.
//   - Consumed: a delivery to a subscriber that records, or a committed offset that
//     has passed the record.
//   - Processed: an effect in a workload or an answered delivery, and the committed
//     offset. Rules say which of them a group shows.
//   - Expired: its expiration has come, and nobody processed it.
//   - Failed: a record in its topic's dead-letter topic for each group that it
//     failed at.
//
// The first event of a request is found by the id that the answer named. What else a
// request causes (further events of its key, objects that the platform itself makes) is
// matched by key, type and label and counted, since no answer names it. An attempt without an
// answer may have had its effect or not; what of it is in Kafka is held to the same
// rules as everything else.
//
// One function judges one guarantee; guarantees lists them with the requirements
// that they are for. What a violation is called (lost, duplicated, unexpected,
// illegal, reordered, queued, late) is its class.
//
// # What excuses a repeat
//
// Delivery is at least once, so an event may be processed again, published again,
// or dead-lettered though valid, where something disturbed the platform: a fault in
// the history, or a pod that was replaced or restarted. Each disturbance excuses so
// many repeats and no more, from shortly before it until a delivery may have been
// through after it. Nothing excuses a loss, a wrong order or wrong bytes.
//
// # What makes a verdict inconclusive
//
// A guarantee that needs what a lost or late observer, or one with an observation gap, should have seen is
// inconclusive, whatever else was seen; so is one that is required and for which was evaluated
// nothing, and a run whose faults were not proven, whose traffic was too thin, or
// whose files are not as they were written. Inconclusive is not green.
package judge
