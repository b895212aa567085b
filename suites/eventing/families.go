package eventing

import "assay.dev/assay/spec"

// The event families of the reference specification.
const (
	taskEvent       = "task-event"
	reminderEvent   = "reminder-event"
	taskUpdateEvent = "task-update-event"
)

// Where the answers of the API name what.
var (
	keyAt   = spec.Place{Body: "task_id"}
	eventAt = spec.Place{Header: "ETag"}
)
