package cluster

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay.dev/assay/standins/strimzi/api"
)

func TestReadyStatus(t *testing.T) {
	c := render(t)
	status := c.ReadyStatus(4, "abc")
	if n := len(status.Conditions); n != 3 || status.Conditions[n-1].Type != "Ready" || status.Conditions[n-1].Status != "True" {
		t.Errorf("conditions = %+v", status.Conditions)
	}
	if status.Conditions[0].Reason != "KafkaStorage" || status.Conditions[1].Reason != "ZooKeeperStorage" {
		t.Errorf("warnings = %+v", status.Conditions)
	}
	status.Conditions = nil
	want := api.KafkaStatus{
		ObservedGeneration: 4, ClusterID: "abc", KafkaVersion: "3.6.0", KafkaMetadataState: "ZooKeeper",
		OperatorLastSuccessfulVersion: "0.40.0",
		Listeners: []api.ListenerStatus{{
			Type: "plain", Name: "plain",
			Addresses:        []api.ListenerAddress{{Host: "todo-kafka-kafka-bootstrap.kafka.svc", Port: 9092}},
			BootstrapServers: "todo-kafka-kafka-bootstrap.kafka.svc:9092",
		}},
	}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestOtherStatuses(t *testing.T) {
	ready := render(t).ReadyStatus(1, "abc")
	creating := CreatingStatus()
	refused := FailedStatus(ready, 2, nil, &Error{Reason: "InvalidResourceException", Message: "no"})
	failed := FailedStatus(ready, 2, ready.Conditions[:1], errors.New("api down"))
	for name, tc := range map[string]struct {
		status    api.KafkaStatus
		condition api.Condition
		clusterID string
		observed  int64
	}{
		"creating": {creating, api.Condition{Type: "NotReady", Status: "True", Reason: "Creating", Message: "Kafka cluster is being deployed"}, "", 0},
		"refused":  {refused, api.Condition{Type: "NotReady", Status: "True", Reason: "InvalidResourceException", Message: "no"}, "abc", 2},
		"failed":   {failed, api.Condition{Type: "NotReady", Status: "True", Reason: "ReconciliationException", Message: "api down"}, "abc", 2},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.condition, tc.status.Conditions[len(tc.status.Conditions)-1]); diff != "" {
				t.Errorf("condition (-want +got):\n%s", diff)
			}
			if api.FindCondition(tc.status.Conditions, "Ready") != nil {
				t.Error("a cluster that is not ready says Ready")
			}
			if len(tc.status.Listeners) > 0 {
				t.Errorf("listeners %+v of a cluster that is not ready, where Strimzi has none", tc.status.Listeners)
			}
			if tc.status.ClusterID != tc.clusterID || tc.status.ObservedGeneration != tc.observed {
				t.Errorf("status = %+v", tc.status)
			}
		})
	}
}
