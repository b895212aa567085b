package eventing

import ()

// The event families of the reference specification.
const (
	taskEvent       = "task-event"
	reminderEvent   = "reminder-event"
	taskUpdateEvent = "task-update-event"
)
