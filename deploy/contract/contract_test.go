package contract

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func TestTheContractsLoad(t *testing.T) {
	contracts, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	var charts []string
	for _, c := range contracts {
		charts = append(charts, c.Chart)
	}
	want := []string{"chaos-mesh", "dapr", "metrics-server", "nginx-ingress", "strimzi-kafka-operator"}
	if !slices.Equal(charts, want) {
		t.Errorf("contracts of %v, want %v", charts, want)
	}
}

const contractOfAThing = `
chart: thing
standIn: thing-standin
version: 1.0.0
appVersion: 1.0.0
source: a test
release: thing
namespace: things
workloads:
  - kind: Deployment
    name: thing
    labels: {app: thing}
    containers:
      - name: main
        ports: [{name: http, number: 80, only: real, why: it may}, {name: http, number: 8080, only: stand-in, why: it may not}]
services: [{name: thing, of: thing, ports: [{name: http, number: 80}]}]
definitions: [{group: example.com, kind: Thing, versions: [v1]}]
values: [{path: image.tag, type: string}, {path: replicas, type: number}, {path: extra, type: list, undeclared: a comment}]
rights: [{account: thing, group: "", resource: pods, verbs: [list, watch], for: a test relies on}]
`

func TestLoadRefusesWhatSaysTooLittle(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"whole":          {"", "", ""},
		"unknown key":    {"source:", "sauce:", "field sauce not found"},
		"no source":      {"source: a test", "source: ''", "must be given"},
		"no reason":      {"only: real, why: it may}", "only: real}", "say why"},
		"unknown chart":  {"only: real,", "only: both,", `only is "both"`},
		"reason for all": {"kind: Thing,", "kind: Thing, why: nobody asks,", `only is ""`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(fstest.MapFS{"thing.yaml": {Data: []byte(strings.Replace(contractOfAThing, tc.old, tc.new, 1))}})
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

const aThing = `
kind: Deployment
metadata: {name: thing, namespace: things}
spec: {template: {metadata: {labels: {app: thing, more: labels}}, spec: {containers: [{name: main, ports: [{name: http, containerPort: 80}]}]}}}
---
kind: Service
metadata: {name: thing, namespace: things}
spec: {selector: {app: thing}, ports: [{name: http, port: 80}]}
---
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com, names: {kind: Thing}, versions: [{name: v1, served: true}]}
---
kind: ClusterRole
metadata: {name: thing}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
---
kind: ClusterRoleBinding
metadata: {name: thing}
roleRef: {kind: ClusterRole, name: thing}
subjects: [{kind: ServiceAccount, name: thing, namespace: things}]
`

// thing is the contract, and the objects of its chart with one change.
func thing(t *testing.T, old, new string) (Contract, []unstructured.Unstructured) {
	t.Helper()
	contracts, err := load(fstest.MapFS{"thing.yaml": {Data: []byte(contractOfAThing)}})
	if err != nil {
		t.Fatal(err)
	}
	var objects []unstructured.Unstructured
	for document := range strings.SplitSeq(strings.Replace(aThing, old, new, 1), "---\n") {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, unstructured.Unstructured{Object: object})
	}
	return contracts[0], objects
}

func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"kept":                    {"", "", ""},
		"another name":            {"metadata: {name: thing, namespace: things}\nspec: {template", "metadata: {name: other, namespace: things}\nspec: {template", "there is no Deployment things/thing"},
		"another label":           {"{app: thing, more", "{app: other, more", `label app="other"`},
		"another container":       {"name: main", "name: side", "no container main"},
		"another port":            {"containerPort: 80", "containerPort: 81", "declares no port http 80"},
		"port of another name":    {"name: http, containerPort", "name: web, containerPort", "declares no port http 80"},
		"service of others":       {"selector: {app: thing}", "selector: {app: other}", "not the pods of thing"},
		"service of nobody":       {"selector: {app: thing}", "selector: {}", "not the pods of thing"},
		"service on another port": {"port: 80}]}\n---\nkind: Cust", "port: 81}]}\n---\nkind: Cust", "has no port http 80"},
		"another version":         {"name: v1", "name: v2", "example.com/v1 Thing is not served"},
		"version not served":      {"served: true", "served: false", "example.com/v1 Thing is not served"},
		"a verb less":             {"[get, list, watch]", "[get, list]", "may not watch pods"},
		"one object alone":        {"verbs: [get", "resourceNames: [one], verbs: [get", "may not list pods"},
		"another account":         {"name: thing, namespace: things}]", "name: thing, namespace: other}]", "may not list pods"},
		"another group":           {`apiGroups: [""]`, "apiGroups: [apps]", "may not list pods"},
		"everything":              {"verbs: [get, list, watch]", "verbs: ['*']", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, objects := thing(t, tc.old, tc.new)
			got := strings.Join(c.Problems(objects, false), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestItemsForOneChartAlone(t *testing.T) {
	c, objects := thing(t, "containerPort: 80", "containerPort: 8080")
	if got := c.Problems(objects, true); len(got) > 0 {
		t.Errorf("the stand-in: %q", got)
	}
	if got := c.Problems(objects, false); len(got) != 1 {
		t.Errorf("the real chart: %q, want its port missing", got)
	}
}

func TestValueProblems(t *testing.T) {
	for name, tc := range map[string]struct{ chart, set, want string }{
		"kept":                     {"image: {tag: ''}\nreplicas: 1", "image: {tag: v1}\nextra: [1]", ""},
		"gone":                     {"image: {}\nreplicas: 1", "{}", "image.tag is no value of the chart"},
		"gone above":               {"image: x\nreplicas: 1", "{}", "image.tag is no value of the chart"},
		"another type":             {"image: {tag: ''}\nreplicas: one", "{}", "replicas is a string in the chart, want a number"},
		"set to another type":      {"image: {tag: ''}\nreplicas: 1", "replicas: many", "replicas is set to a string, want a number"},
		"set to what is not":       {"image: {tag: ''}\nreplicas: 1", "image: {tagg: v1}", "image.tagg is set, but not in the contract"},
		"declared after all":       {"image: {tag: ''}\nreplicas: 1\nextra: []", "{}", "extra is declared by the chart"},
		"an empty map that is set": {"image: {tag: ''}\nreplicas: 1", "other: {}", "other is set, but not in the contract"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := thing(t, "", "")
			var chart, set map[string]any
			for text, into := range map[string]*map[string]any{tc.chart: &chart, tc.set: &set} {
				if err := yaml.Unmarshal([]byte(text), into); err != nil {
					t.Fatal(err)
				}
			}
			got := strings.Join(c.ValueProblems(chart, []map[string]any{set}, false), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
