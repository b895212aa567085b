package topic

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// manager is which of the resources for one topic manages it: the oldest; of
// equally old ones the one that is ready; then the first by name.
func manager(resources []api.KafkaTopic, name string) *api.KafkaTopic {
	var first *api.KafkaTopic
	for i := range resources {
		candidate := &resources[i]
		if candidate.NameInKafka() != name {
			continue
		}
		if first == nil || before(candidate, first) {
			first = candidate
		}
	}
	return first
}

func before(a, b *api.KafkaTopic) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	if ready(a) != ready(b) {
		return ready(a)
	}
	return a.Name < b.Name
}

func ready(resource *api.KafkaTopic) bool {
	c := api.FindCondition(resource.Status.Conditions, api.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue
}

func conflictWith(other *api.KafkaTopic) error {
	return &Failure{Reason: ReasonResourceConflict,
		Message: fmt.Sprintf("Managed by Ref{namespace='%s', name='%s'}", other.Namespace, other.Name)}
}
