package cluster

import "fmt"

// Reasons of a failed reconciliation: names of the exceptions that Strimzi
// puts into the NotReady condition.
const (
	ReasonUnsupportedVersion = "UnsupportedKafkaVersionException"
	ReasonInvalidResource    = "InvalidResourceException"
	ReasonNoImage            = "NoImageException"
	ReasonTimeout            = "TimeoutException"
)

// Error is a refusal of a Kafka resource. Reason and message become those of
// the NotReady condition.
type Error struct {
	Reason  string
	Message string
}

// Error gives reason and message.
func (e *Error) Error() string { return e.Reason + ": " + e.Message }

func invalid(format string, args ...any) error {
	return &Error{Reason: ReasonInvalidResource, Message: fmt.Sprintf(format, args...)}
}
