package topic

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/standins/strimzi/api"
	"assay.dev/assay/standins/strimzi/kafkaadmin"
)

func TestPlan(t *testing.T) {
	week := map[string]string{"retention.ms": "604800000"}
	for name, tc := range map[string]struct {
		want       desired
		have       kafkaadmin.Topic
		set        map[string]string
		reset      []string
		partitions int32
		refused    string
	}{
		"nothing to do": {
			want: desired{partitions: 3, replicas: 1, config: week},
			have: kafkaadmin.Topic{Replicas: replicas(3, 1), Config: week},
		},
		"partitions and replicas left to the broker": {
			want: desired{partitions: unset, replicas: unset},
			have: kafkaadmin.Topic{Replicas: replicas(7, 2)},
		},
		"a setting that drifted, one too many, one missing": {
			want:  desired{partitions: 1, replicas: 1, config: map[string]string{"retention.ms": "604800000", "segment.ms": "1"}},
			have:  kafkaadmin.Topic{Replicas: replicas(1, 1), Config: map[string]string{"retention.ms": "1", "cleanup.policy": "compact"}},
			set:   map[string]string{"retention.ms": "604800000", "segment.ms": "1"},
			reset: []string{"cleanup.policy"},
		},
		"more partitions": {
			want:       desired{partitions: 5, replicas: 1},
			have:       kafkaadmin.Topic{Replicas: replicas(3, 1)},
			partitions: 5,
		},
		"fewer partitions": {
			want:    desired{partitions: 2, replicas: 1},
			have:    kafkaadmin.Topic{Replicas: replicas(3, 1)},
			refused: "NotSupported: Decreasing partitions not supported",
		},
		"other replication factor": {
			want:    desired{partitions: 3, replicas: 2},
			have:    kafkaadmin.Topic{Replicas: map[int32]int{0: 1, 1: 2, 2: 1}},
			refused: "NotSupported: Replication factor change not supported, but required for partitions [0, 2]",
		},
		"a refusal does not stop the rest": {
			want:    desired{partitions: 2, replicas: 1, config: week},
			have:    kafkaadmin.Topic{Replicas: replicas(3, 1)},
			set:     week,
			refused: "NotSupported: Decreasing partitions not supported",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := plan(tc.want, &tc.have)
			if tc.set == nil {
				tc.set = map[string]string{}
			}
			if diff := cmp.Diff(tc.set, got.set); diff != "" {
				t.Errorf("set (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.reset, got.reset); diff != "" {
				t.Errorf("reset (-want +got):\n%s", diff)
			}
			if got.partitions != tc.partitions {
				t.Errorf("partitions = %d, want %d", got.partitions, tc.partitions)
			}
			refused := ""
			if got.refused != nil {
				refused = got.refused.Error()
			}
			if refused != tc.refused {
				t.Errorf("refused = %q, want %q", refused, tc.refused)
			}
		})
	}
}

func TestNewDesiredRefusesWhatItCannotRead(t *testing.T) {
	for name, tc := range map[string]struct{ spec, want string }{
		"wrong type":     {`{partitions: three}`, "InvalidResource: spec cannot be read: "},
		"nested setting": {`{config: {retention.ms: {value: 1}}}`, `InvalidResource: spec.config "retention.ms": is an object`},
		"no value":       {`{config: {retention.ms: null}}`, `InvalidResource: spec.config "retention.ms": has no value`},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := yaml.YAMLToJSON([]byte("spec: " + tc.spec))
			if err != nil {
				t.Fatal(err)
			}
			var resource api.KafkaTopic
			if err := json.Unmarshal(raw, &resource); err != nil {
				t.Fatal(err)
			}
			_, err = newDesired(&resource)
			if err == nil || len(err.Error()) < len(tc.want) || err.Error()[:len(tc.want)] != tc.want {
				t.Errorf("error = %v, want it to begin with %q", err, tc.want)
			}
		})
	}
}

func replicas(partitions, factor int) map[int32]int {
	all := map[int32]int{}
	for i := range partitions {
		all[int32(i)] = factor
	}
	return all
}
