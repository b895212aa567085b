package topic

import (
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// Reasons of a Ready condition that is False.
const (
	ReasonNotSupported     = "NotSupported"
	ReasonResourceConflict = "ResourceConflict"
	ReasonKafkaError       = "KafkaError"
	ReasonInvalidResource  = "InvalidResource"
)

// Failure is why a resource cannot be reconciled as it is. Trying again does
// not help before the resource or the topic changes.
type Failure struct {
	Reason  string
	Message string
}

// Error gives reason and message.
func (f *Failure) Error() string { return f.Reason + ": " + f.Message }

func notSupported(format string, args ...any) error {
	return &Failure{Reason: ReasonNotSupported, Message: fmt.Sprintf(format, args...)}
}

// condition is the Ready condition that an outcome gives.
func condition(err error) api.Condition {
	if err == nil {
		return api.Condition{Type: api.ConditionReady, Status: metav1.ConditionTrue}
	}
	reason, message := ReasonKafkaError, err.Error()
	var failure *Failure
	if errors.As(err, &failure) {
		reason, message = failure.Reason, failure.Message
	}
	return api.Condition{Type: api.ConditionReady, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}
