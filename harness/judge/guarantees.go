package judge

import "assay.dev/assay/harness/history"

// The names of the guarantees, as verdicts and Rules.Require hold them.
const (
	InKafka           = "accepted-in-kafka"
	Offsets           = "offsets-complete"
	Requested         = "requested-events"
	ExpectedEvents    = "expected-events"
	CountedEvents     = "counted-events"
	Derived           = "derived-objects"
	Origin            = "known-origin"
	Families          = "topic-families"
	Unique            = "unique-ids"
	Valid             = "valid-events"
	Partitions        = "one-partition"
	KafkaOrder        = "order-in-kafka"
	ProcessingOrder   = "order-of-processing"
	EveryDelivery     = "delivered"
	ProcessedAcked    = "acknowledged-is-processed"
	AllEnded          = "everything-ends"
	ExpiredUnused     = "expired-not-processed"
	FailedDeadLetters = "failed-dead-lettered"
	NoFalseDeadLetter = "valid-not-dead-lettered"
	DeadLetterCopies  = "dead-letters-are-copies"
	NoDuplicates      = "no-causeless-duplicates"
	Transitions       = "drawn-transitions"
	SoundCommits      = "sound-commits"
	PoisonIsolated    = "poison-isolated"
	Retention         = "retention-applied"
	Lifecycle         = "deployment-lifecycle"
	Recovery          = "recovery-in-time"
	NothingLeft       = "nothing-left"
	FaultsProven      = "faults-proven"
	HistoryComplete   = "history-complete"
	ObserversComplete = "observers-complete"
	LoadReached       = "load-reached"
)

// core are the guarantees that every experiment with traffic through the API has
// to judge on something.
var core = []string{InKafka, Offsets, Requested, ExpectedEvents, Origin, Families, Unique, Valid, Partitions, KafkaOrder,
	EveryDelivery, ProcessedAcked, AllEnded, NoFalseDeadLetter, NoDuplicates, Transitions, SoundCommits,
	HistoryComplete, ObserversComplete, LoadReached}

// What the guarantees are judged by, where several need the same.
var (
	inTopics   = []history.Kind{history.Requests, history.Publishes, history.Records}
	disturbing = []history.Kind{history.Faults, history.Pods}
	// rebalancing may have a group start again where it had committed.
	rebalancing = []history.Kind{history.Faults, history.Pods, history.Groups, history.Moves}
	consumed    = []history.Kind{history.Requests, history.Publishes, history.Records, history.Commits, history.Deliveries, history.Effects}
)

// guarantees are all guarantees, in the order of the verdict: first whether the
// experiment was sound, then the way of an event, then the deployments.
func guarantees() []guarantee {
	return []guarantee{
		{name: HistoryComplete, promise: "The history is as its observers wrote it.", judge: historyComplete},
		{name: ObserversComplete, promise: "Every observer saw everything.", judge: observersComplete, needs: []history.Kind{history.Observers}},
		{name: LoadReached, promise: "The traffic reached its minimum rate.", judge: loadReached, needs: []history.Kind{history.Loads}, applies: loaded},
		{name: FaultsProven, promise: "Every fault was seen to take effect.", judge: faultsProven, needs: []history.Kind{history.Faults}},
		{name: InKafka, requirements: []string{"flow.accepted"}, promise: "An accepted event is in Kafka.", judge: acceptedInKafka, needs: inTopics},
		{name: Offsets, requirements: []string{"flow.accepted"}, promise: "Every partition was read without a gap.", judge: offsetsComplete, needs: append([]history.Kind{history.Boundaries}, inTopics...)},
		{name: Requested, promise: "An accepted request publishes the event by which it is known, once.", judge: requestedEvents, needs: inTopics, more: firstRequirements, applies: requested},
		{name: ExpectedEvents, promise: "An accepted request has exactly the further events that it always causes.", judge: expectedEvents, needs: inTopics, more: furtherRequirements, applies: furtherExpected},
		{name: CountedEvents, promise: "An accepted request has as many further events as it was asked for.", judge: countedEvents, needs: inTopics, more: countedRequirements, applies: countedExpected},
		{name: Derived, promise: "What the platform itself makes because of a request is made once.", judge: derivedObjects, needs: inTopics, more: derivedRequirements, applies: derivedExpected},
		{name: Origin, requirements: []string{"flow.no-other-transition", "event.refused-requests"}, promise: "Every record in Kafka has a known publisher.", judge: knownOrigin, needs: inTopics},
		{name: Families, promise: "A topic carries its family and nothing else.", judge: topicFamilies, needs: inTopics, more: carriedRequirements, applies: families},
		{name: Unique, requirements: []string{"event.ids"}, promise: "An id is that of one event, which is published once.", judge: uniqueIDs, needs: inTopics, excuses: disturbing},
		{name: Valid, requirements: []string{"event.envelope"}, promise: "What is in Kafka is valid.", judge: validEvents, needs: inTopics, applies: families},
		{name: Partitions, requirements: []string{"event.partition"}, promise: "The events of one key are in one partition.", judge: onePartition, needs: inTopics, conclusive: true, applies: keyed},
		{name: KafkaOrder, requirements: []string{"flow.ordered"}, promise: "Events of one key are in Kafka in the order of their acceptance.", judge: orderInKafka, needs: inTopics, conclusive: true, applies: keyed},
		{name: EveryDelivery, requirements: []string{"flow.delivered"}, promise: "An event in Kafka is delivered to every subscriber.", judge: everyDelivery, needs: consumed, applies: subscribed},
		{name: ProcessedAcked, requirements: []string{"flow.acknowledged"}, promise: "What is acknowledged was processed.", judge: acknowledgedIsProcessed, needs: consumed, applies: subscribed, effects: true},
		{name: ProcessingOrder, requirements: []string{"flow.ordered"}, promise: "Events of one key are processed in their order.", judge: orderOfProcessing, needs: consumed, applies: shownLive, effects: true},
		{name: NoDuplicates, requirements: []string{"flow.exactly-once"}, promise: "Effects are exactly once, unless delivery was repeated.", judge: noCauselessDuplicates, needs: consumed, excuses: rebalancing, applies: subscribed, effects: true},
		{name: ExpiredUnused, requirements: []string{"flow.expired"}, promise: "An expired event is not processed.", judge: expiredIsNotProcessed, needs: consumed, conclusive: true, clock: true},
		{name: FailedDeadLetters, requirements: []string{"flow.failed", "flow.dropped", "flow.undecodable", "flow.unroutable", "event.invalid"}, promise: "An event that fails is dead-lettered and not processed.", judge: failedIsDeadLettered, needs: consumed, applies: deadLettered},
		{name: NoFalseDeadLetter, requirements: []string{"flow.retried"}, promise: "A failure that ends within the retries is not dead-lettered.", judge: validIsNotDeadLettered, needs: consumed, excuses: disturbing, applies: deadLettered},
		{name: DeadLetterCopies, requirements: []string{"flow.dead-letter"}, promise: "A dead letter is a copy of the event that failed.", judge: deadLettersAreCopies, needs: inTopics, applies: deadLettered},
		{name: PoisonIsolated, requirements: []string{"flow.isolated"}, promise: "A poisoned record blocks no other partition.", judge: poisonBlocksNoOther, needs: consumed, excuses: disturbing},
		{name: Transitions, requirements: []string{"flow.no-other-transition"}, promise: "Events move along the drawn arrows only.", judge: onlyDrawnTransitions, needs: consumed},
		{name: SoundCommits, requirements: []string{"flow.acknowledged"}, promise: "Committed offsets are in the log and do not go back.", judge: soundCommits, needs: []history.Kind{history.Records, history.Boundaries, history.Commits}, excuses: rebalancing},
		{name: AllEnded, requirements: []string{"flow.ended"}, promise: "Every event ends as processed, expired or failed.", judge: everythingEnds, needs: consumed, applies: subscribed, effects: true},
		{name: Retention, requirements: []string{"flow.retained"}, promise: "Records go when their retention is over.", judge: retentionApplied, needs: []history.Kind{history.Records, history.Boundaries}, clock: true},
		{name: Lifecycle, requirements: []string{"lifecycle.starts", "lifecycle.updates", "lifecycle.completes", "lifecycle.start-fails", "lifecycle.breaks", "lifecycle.undone", "lifecycle.no-other-transition"}, promise: "Deployments move along the drawn arrows only.", judge: deploymentLifecycle, needs: []history.Kind{history.Deployments}},
		{name: Recovery, promise: "The platform recovers from a fault in time.", judge: recoveryInTime, needs: []history.Kind{history.Faults}, more: faultRequirements},
		{name: NothingLeft, promise: "A fault that was taken back leaves nothing behind.", judge: nothingLeft, needs: []history.Kind{history.Faults}, more: faultRequirements},
	}
}
