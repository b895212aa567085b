package topic

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

// desired is a KafkaTopic spec in the broker's terms.
type desired struct {
	name string
	// partitions and replicas are -1 when the resource leaves them open.
	partitions int32
	replicas   int32
	config     map[string]string
}

const unset = -1

func newDesired(resource *api.KafkaTopic) (desired, error) {
	if len(resource.Spec.Problems) > 0 {
		return desired{}, &Failure{Reason: ReasonInvalidResource,
			Message: "spec cannot be read: " + strings.Join(resource.Spec.Problems, "; ")}
	}
	config, err := api.ConfigStrings(resource.Spec.Config)
	if err != nil {
		return desired{}, &Failure{Reason: ReasonInvalidResource, Message: "spec." + err.Error()}
	}
	want := desired{name: resource.NameInKafka(), partitions: unset, replicas: unset, config: config}
	if resource.Spec.Partitions != nil {
		want.partitions = *resource.Spec.Partitions
	}
	if resource.Spec.Replicas != nil {
		want.replicas = *resource.Spec.Replicas
	}
	return want, nil
}

// changes is what must be done to an existing topic.
type changes struct {
	set   map[string]string
	reset []string
	// partitions is the new total, 0 for no change.
	partitions int32
	// refused is what the resource asks for and cannot have.
	refused error
}

// plan compares. Settings of the topic that the resource does not have are
// reset: they were made behind the operator's back.
func plan(want desired, have *kafkaadmin.Topic) changes {
	c := changes{set: map[string]string{}}
	for key, value := range want.config {
		if current, ok := have.Config[key]; !ok || current != value {
			c.set[key] = value
		}
	}
	for key := range have.Config {
		if _, wanted := want.config[key]; !wanted {
			c.reset = append(c.reset, key)
		}
	}
	slices.Sort(c.reset)
	if want.partitions != unset {
		switch current := int32(len(have.Replicas)); {
		case want.partitions > current:
			c.partitions = want.partitions
		case want.partitions < current:
			c.refused = notSupported("Decreasing partitions not supported")
		}
	}
	if differing := otherReplicas(want, have); len(differing) > 0 && c.refused == nil {
		c.refused = notSupported("Replication factor change not supported, but required for partitions [%s]",
			strings.Join(differing, ", "))
	}
	return c
}

// otherReplicas are the partitions whose number of replicas is not the wanted.
func otherReplicas(want desired, have *kafkaadmin.Topic) []string {
	if want.replicas == unset {
		return nil
	}
	var differing []string
	for _, partition := range slices.Sorted(maps.Keys(have.Replicas)) {
		if have.Replicas[partition] != int(want.replicas) {
			differing = append(differing, fmt.Sprint(partition))
		}
	}
	return differing
}
