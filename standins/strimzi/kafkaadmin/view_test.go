package kafkaadmin

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
)

func TestDescribe(t *testing.T) {
	broker := sarama.NewMockBroker(t, 1)
	defer broker.Close()
	id := "bTmn8Q4vQ0mU9sJ0f0o2Zw"
	response := &sarama.MetadataResponse{Version: 11, ClusterID: &id, ControllerID: 1}
	response.AddBroker("127.0.0.1:1", 2)
	response.AddBroker(broker.Addr(), 1)
	response.AddTopicPartition("task-events", 0, 1, []int32{1, 2}, []int32{1}, nil, sarama.ErrNoError)
	broker.SetHandlerByMap(map[string]sarama.MockResponse{
		"ApiVersionsRequest": sarama.NewMockApiVersionsResponse(t).SetApiKeys([]sarama.ApiVersionsResponseKey{
			{ApiKey: 3, MinVersion: 0, MaxVersion: 11}, // Metadata
		}),
		"MetadataRequest": sarama.NewMockWrapper(response),
	})
	view, err := Describe(t.Context(), broker.Addr())
	if err != nil {
		t.Fatal(err)
	}
	want := &View{ClusterID: id, ControllerID: 1, Brokers: []int32{1, 2}, Partitions: []Partition{
		{Topic: "task-events", ID: 0, Replicas: []int32{1, 2}, ISR: []int32{1}},
	}}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Errorf("view (-want +got):\n%s", diff)
	}
}

func TestDescribeFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Describe(t.Context(), closed); err == nil || !strings.Contains(err.Error(), closed) {
		t.Errorf("error = %v, want one that names %s", err, closed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Describe(ctx, closed); err == nil {
		t.Error("a cancelled context was not respected")
	}
}

func TestViewAnswers(t *testing.T) {
	view := &View{Brokers: []int32{0, 2, 7}, Partitions: []Partition{
		{Topic: "a", ID: 0, Replicas: []int32{0, 2}, ISR: []int32{0, 2}},
		{Topic: "a", ID: 1, Replicas: []int32{2, 0}, ISR: []int32{2}},
		{Topic: "b", ID: 0, Replicas: []int32{7}, ISR: []int32{7}},
	}}
	if diff := cmp.Diff([]int32{1}, view.Missing(3)); diff != "" {
		t.Errorf("missing of 3 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int32{2, 7}, view.Occupied(1)); diff != "" {
		t.Errorf("occupied from 1 (-want +got):\n%s", diff)
	}
	for broker, want := range map[int32][]string{0: nil, 2: {"a-1"}, 7: nil} {
		if diff := cmp.Diff(want, view.Endangered(broker)); diff != "" {
			t.Errorf("endangered by %d (-want +got):\n%s", broker, diff)
		}
	}
}
