package kafkaadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/IBM/sarama"
)

// View is a cluster as one of its brokers describes it.
type View struct {
	ClusterID    string
	ControllerID int32
	// Brokers are the ids of those registered, ascending.
	Brokers    []int32
	Partitions []Partition
}

// Partition is one partition with the brokers that hold it.
type Partition struct {
	Topic    string
	ID       int32
	Replicas []int32
	ISR      []int32
}

// Describe asks the broker behind address (host:port, any broker will do) for
// the cluster. It fails when no broker answers within the package's limits or
// ctx is done before.
func Describe(ctx context.Context, address string) (*View, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	broker := sarama.NewBroker(address)
	if err := broker.Open(config("strimzi-cluster-operator")); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	// the connection is made in the background; any later failure is told by the request
	defer func() { _ = broker.Close() }()
	response, err := broker.GetMetadata(sarama.NewMetadataRequest(sarama.V3_6_0_0, nil))
	if err != nil {
		return nil, fmt.Errorf("metadata from %s: %w", address, err)
	}
	if response.ClusterID == nil || *response.ClusterID == "" {
		return nil, fmt.Errorf("metadata from %s: %w", address, errors.New("no cluster id"))
	}
	view := &View{ClusterID: *response.ClusterID, ControllerID: response.ControllerID}
	for _, b := range response.Brokers {
		view.Brokers = append(view.Brokers, b.ID())
	}
	slices.Sort(view.Brokers)
	for _, topic := range response.Topics {
		for _, p := range topic.Partitions {
			view.Partitions = append(view.Partitions, Partition{
				Topic: topic.Name, ID: p.ID, Replicas: p.Replicas, ISR: p.Isr,
			})
		}
	}
	return view, nil
}

// Missing are those of the brokers 0…count-1 that are not registered.
func (v *View) Missing(count int32) []int32 {
	var missing []int32
	for id := range count {
		if !slices.Contains(v.Brokers, id) {
			missing = append(missing, id)
		}
	}
	return missing
}

// Occupied are the brokers with ids of at least from that hold partitions.
func (v *View) Occupied(from int32) []int32 {
	var occupied []int32
	for _, p := range v.Partitions {
		for _, id := range p.Replicas {
			if id >= from && !slices.Contains(occupied, id) {
				occupied = append(occupied, id)
			}
		}
	}
	slices.Sort(occupied)
	return occupied
}

// Endangered names, as topic-partition, the partitions that already lack a
// replica in sync and would lose another if the broker stopped.
func (v *View) Endangered(broker int32) []string {
	var names []string
	for _, p := range v.Partitions {
		if len(p.ISR) < len(p.Replicas) && slices.Contains(p.ISR, broker) {
			names = append(names, fmt.Sprintf("%s-%d", p.Topic, p.ID))
		}
	}
	slices.Sort(names)
	return names
}
