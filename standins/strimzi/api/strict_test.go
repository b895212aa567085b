package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

func TestSpecKeepsWhatItCannotHold(t *testing.T) {
	for name, tc := range map[string]struct {
		spec string
		want []string
	}{
		"known fields only": {
			spec: `{kafka: {version: 3.6.0, replicas: 1, jvmOptions: {"-Xmx": 512m}, storage: {type: ephemeral}}, zookeeper: {replicas: 1}}`,
		},
		"unknown sections": {
			spec: `{kafka: {rack: {topologyKey: zone}, metricsConfig: {type: x}}, cruiseControl: {}}`,
			want: []string{`unknown field "cruiseControl"`, `unknown field "kafka.metricsConfig"`, `unknown field "kafka.rack"`},
		},
		"unknown field of a listener": {
			spec: `{kafka: {listeners: [{name: plain, port: 9092, type: internal, tls: false, authentication: {type: tls}}]}}`,
			want: []string{`unknown field "kafka.listeners[0].authentication"`},
		},
		"a quantity that is none": {
			spec: `{kafka: {resources: {limits: {cpu: lots}}}}`,
			want: []string{"quantities must match"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var kafka Kafka
			raw, err := yaml.YAMLToJSON([]byte("spec: " + tc.spec))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(raw, &kafka); err != nil {
				t.Fatalf("decoding must not fail: %v", err)
			}
			if len(kafka.Spec.Problems) != len(tc.want) {
				t.Fatalf("problems = %q, want %q", kafka.Spec.Problems, tc.want)
			}
			for i, want := range tc.want {
				if !strings.Contains(kafka.Spec.Problems[i], want) {
					t.Errorf("problem %d = %q, want it to contain %q", i, kafka.Spec.Problems[i], want)
				}
			}
		})
	}
}

func TestTopicSpecDoesNotFailOnWrongTypes(t *testing.T) {
	var topic KafkaTopic
	if err := json.Unmarshal([]byte(`{"spec":{"partitions":"three"}}`), &topic); err != nil {
		t.Fatalf("decoding must not fail: %v", err)
	}
	if len(topic.Spec.Problems) != 1 || !strings.Contains(topic.Spec.Problems[0], "partitions") {
		t.Errorf("problems = %q, want one about partitions", topic.Spec.Problems)
	}
}

func TestDeepCopyKeepsProblems(t *testing.T) {
	spec := KafkaSpec{Problems: []string{"a"}}
	copied := spec.DeepCopy()
	spec.Problems[0] = "b"
	if diff := cmp.Diff([]string{"a"}, copied.Problems); diff != "" {
		t.Error(diff)
	}
}

func TestConfigStrings(t *testing.T) {
	for name, tc := range map[string]struct {
		raw, want, err string
	}{
		"string":          {raw: `"delete"`, want: "delete"},
		"integer":         {raw: `604800000`, want: "604800000"},
		"fraction":        {raw: `0.5`, want: "0.5"},
		"boolean":         {raw: `false`, want: "false"},
		"list":            {raw: `["compact","delete"]`, want: "compact,delete"},
		"null":            {raw: `null`, err: "has no value"},
		"object":          {raw: `{"a":1}`, err: "is an object"},
		"list of lists":   {raw: `[["a"]]`, err: "list of lists"},
		"list of objects": {raw: `[{"a":1}]`, err: "is an object"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ConfigStrings(map[string]apiextensionsv1.JSON{"k": {Raw: []byte(tc.raw)}})
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) || !strings.Contains(err.Error(), `"k"`) {
					t.Fatalf("error = %v, want one about k that contains %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got["k"] != tc.want {
				t.Errorf("value = %q, want %q", got["k"], tc.want)
			}
		})
	}
}
