package judge

import "assay.dev/assay/harness/history"

// The names of the guarantees, as verdicts and Rules.Require hold them.
const (
	InKafka           = "accepted-in-kafka"
	Offsets           = "offsets-complete"
	Changes           = "changes-announced"
	Syncs             = "syncs-announced"
	Reminders         = "reminders-published"
	Occurrences       = "next-occurrences"
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
	HistoryWhole      = "history-whole"
	ObserversHeldOut  = "observers-held-out"
	LoadReached       = "load-reached"
)

// core are the guarantees that every experiment with traffic through the API has
// to judge on something.
var core = []string{InKafka, Offsets, Changes, Syncs, Origin, Families, Unique, Valid, Partitions, KafkaOrder,
	EveryDelivery, ProcessedAcked, AllEnded, NoFalseDeadLetter, NoDuplicates, Transitions, SoundCommits,
	HistoryWhole, ObserversHeldOut, LoadReached}

// What the guarantees are judged by, where several need the same.
var (
	inTopics   = []history.Kind{history.Requests, history.Publishes, history.Records}
	disturbing = []history.Kind{history.Faults, history.Pods}
	// rebalancing may have a group begin again where it had committed.
	rebalancing = []history.Kind{history.Faults, history.Pods, history.Groups, history.Moves}
	consumed    = []history.Kind{history.Requests, history.Publishes, history.Records, history.Commits, history.Deliveries, history.Effects}
)

// guarantees are all guarantees, in the order of the verdict: first whether the
// experiment was sound, then the way of an event, then the deployments.
func guarantees() []guarantee {
	return []guarantee{
		{name: HistoryWhole, promise: "The history is as its observers wrote it.", judge: historyWhole},
		{name: ObserversHeldOut, promise: "Every observer saw everything.", judge: observersHeldOut, needs: []history.Kind{history.Observers}},
		{name: LoadReached, promise: "The traffic reached its minimum rate.", judge: loadReached, needs: []history.Kind{history.Loads}},
		{name: FaultsProven, promise: "Every fault was seen to take effect.", judge: faultsProven, needs: []history.Kind{history.Faults}},
		{name: InKafka, requirements: []string{"flow.accepted"}, promise: "An accepted event is in Kafka.", judge: acceptedInKafka, needs: inTopics},
		{name: Offsets, requirements: []string{"flow.accepted"}, promise: "Every partition was read without a gap.", judge: offsetsComplete, needs: append([]history.Kind{history.Boundaries}, inTopics...)},
		{name: Changes, requirements: []string{"event.create-task", "event.update-task", "event.complete-task", "event.delete-task"}, promise: "A change publishes its task event, once.", judge: changeEvents, needs: inTopics},
		{name: Syncs, requirements: []string{"event.sync"}, promise: "A change publishes one task.sync with its action.", judge: syncEvents, needs: inTopics},
		{name: Reminders, requirements: []string{"event.schedule-reminder"}, promise: "A scheduled reminder is published once.", judge: remindersPublished, needs: inTopics},
		{name: Occurrences, requirements: []string{"flow.acknowledged"}, promise: "A completed recurring task has its next occurrence.", judge: nextOccurrences, needs: inTopics},
		{name: Origin, requirements: []string{"flow.no-other-transition", "event.refused-requests"}, promise: "Nothing is in Kafka that nobody put there.", judge: knownOrigin, needs: inTopics},
		{name: Families, requirements: []string{"topic.task-events.carries", "topic.reminders.carries", "topic.task-updates.carries"}, promise: "A topic carries its family and nothing else.", judge: topicFamilies, needs: inTopics},
		{name: Unique, requirements: []string{"event.ids"}, promise: "An id is that of one event, which is published once.", judge: uniqueIDs, needs: inTopics, excuses: disturbing},
		{name: Valid, requirements: []string{"event.envelope"}, promise: "What is in Kafka is valid.", judge: validEvents, needs: inTopics},
		{name: Partitions, requirements: []string{"event.partition"}, promise: "The events of a task are in one partition.", judge: onePartition, needs: inTopics, firm: true},
		{name: KafkaOrder, requirements: []string{"flow.ordered"}, promise: "Events of a task are in Kafka in the order of their acceptance.", judge: orderInKafka, needs: inTopics, firm: true},
		{name: EveryDelivery, requirements: []string{"flow.delivered"}, promise: "An event in Kafka is delivered to every subscriber.", judge: everyDelivery, needs: consumed},
		{name: ProcessedAcked, requirements: []string{"flow.acknowledged"}, promise: "What is acknowledged was processed.", judge: acknowledgedIsProcessed, needs: consumed},
		{name: ProcessingOrder, requirements: []string{"flow.ordered"}, promise: "Events of a task are processed in their order.", judge: orderOfProcessing, needs: consumed},
		{name: NoDuplicates, requirements: []string{"flow.exactly-once"}, promise: "An event is processed again only if it was delivered again.", judge: noCauselessDuplicates, needs: consumed, excuses: rebalancing},
		{name: ExpiredUnused, requirements: []string{"flow.expired"}, promise: "An expired event is not processed.", judge: expiredIsNotProcessed, needs: consumed, firm: true, clock: true},
		{name: FailedDeadLetters, requirements: []string{"flow.failed", "flow.dropped", "flow.undecodable", "flow.unroutable", "event.invalid"}, promise: "An event that fails is dead-lettered and not processed.", judge: failedIsDeadLettered, needs: consumed},
		{name: NoFalseDeadLetter, requirements: []string{"flow.retried"}, promise: "A failure that heals in time is not dead-lettered.", judge: validIsNotDeadLettered, needs: consumed, excuses: disturbing},
		{name: DeadLetterCopies, requirements: []string{"flow.dead-letter"}, promise: "A dead letter is a copy of the event that failed.", judge: deadLettersAreCopies, needs: inTopics},
		{name: PoisonIsolated, requirements: []string{"flow.isolated"}, promise: "A poisoned record blocks no other partition.", judge: poisonBlocksNoOther, needs: consumed, excuses: disturbing},
		{name: Transitions, requirements: []string{"flow.no-other-transition"}, promise: "Events move along the drawn arrows only.", judge: onlyDrawnTransitions, needs: consumed},
		{name: SoundCommits, requirements: []string{"flow.acknowledged"}, promise: "Committed offsets are in the log and do not go back.", judge: soundCommits, needs: []history.Kind{history.Records, history.Boundaries, history.Commits}, excuses: rebalancing},
		{name: AllEnded, requirements: []string{"flow.ended"}, promise: "Every event ends as processed, expired or failed.", judge: everythingEnds, needs: consumed},
		{name: Retention, requirements: []string{"flow.retained"}, promise: "Records go when their retention is over.", judge: retentionApplied, needs: []history.Kind{history.Records, history.Boundaries}, clock: true},
		{name: Lifecycle, requirements: []string{"lifecycle.starts", "lifecycle.updates", "lifecycle.completes", "lifecycle.start-fails", "lifecycle.breaks", "lifecycle.undone", "lifecycle.no-other-transition"}, promise: "Deployments move along the drawn arrows only.", judge: deploymentLifecycle, needs: []history.Kind{history.Deployments}},
		{name: Recovery, promise: "The platform recovers from a fault in time.", judge: recoveryInTime, needs: []history.Kind{history.Faults}, more: faultRequirements},
		{name: NothingLeft, promise: "A fault that was taken back leaves nothing behind.", judge: nothingLeft, needs: []history.Kind{history.Faults}, more: faultRequirements},
	}
}
