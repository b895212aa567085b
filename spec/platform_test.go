package spec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferencePlatformLoads(t *testing.T) {
	p, err := ParsePlatform("platform.yaml", platformYAML(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Topic("task-events").RetentionMs(); got != 604_800_000 {
		t.Errorf("retention of task-events is %d ms, want seven days", got)
	}
	if got := p.DeadLetters("reminders").Name; got != "reminders-dlq" {
		t.Errorf("dead letters of reminders go to %q", got)
	}
	if got := p.Quota("kafka").MemoryLimit.String(); got != "6Gi" {
		t.Errorf("memory limit of kafka is %s", got)
	}
}

func TestClaimsFollowKafkasReplicasAndStorage(t *testing.T) {
	for _, test := range []struct {
		storage StorageType
		want    []string
	}{
		{Persistent, []string{"a/data-k-kafka-0", "a/data-k-kafka-1", "a/data-k-zookeeper-0", "b/data-db-0"}},
		{Ephemeral, []string{"b/data-db-0"}},
	} {
		p := &Platform{Volumes: []Volume{{Name: "data-db-0", Namespace: "b"}}}
		p.Kafka = Kafka{Name: "k", Namespace: "a", Replicas: 2, ZooKeeper: ZooKeeper{Replicas: 1}, Storage: KafkaStorage{Type: test.storage}}
		var got []string
		for _, claim := range p.VolumeClaims() {
			got = append(got, claim.Namespace+"/"+claim.Name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", test.storage, diff)
		}
	}
}

// One mistake at a time, with the whole message: what a user sees.
func TestPlatformProblems(t *testing.T) {
	for _, test := range slices.Concat(formProblems(), referenceProblems(), ruleProblems()) {
		t.Run(test.name, func(t *testing.T) {
			raw := string(platformYAML(t))
			if strings.Count(raw, test.old) < 1 {
				t.Fatalf("%q is no longer in platform.yaml", test.old)
			}
			_, err := ParsePlatform("platform.yaml", []byte(strings.Replace(raw, test.old, test.new, 1)))
			if err == nil {
				t.Fatal("loaded without an error")
			}
			got := strings.Split(err.Error(), "\n")
			want := strings.Split(test.want, "\n")
			for i := range min(len(got), len(want)) {
				want[i] = sameLine(want[i], got[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// actions are all actions of faults, as messages list them.
func actions() string {
	var all []string
	for _, a := range FaultActions() {
		all = append(all, string(a))
	}
	return strings.Join(all, ", ")
}

// sameLine puts the line numbers that were seen in the place of LINE and OTHER,
// so that the table does not change with every edit of the file. That the
// numbers are right is checked by TestProblemNamesTheLine.
func sameLine(want, got string) string {
	if rest, ok := strings.CutPrefix(got, "platform.yaml:"); ok {
		if n, _, ok := strings.Cut(rest, ":"); ok {
			want = strings.Replace(want, "LINE", n, 1)
		}
	}
	if i := strings.LastIndex(got, "line "); i >= 0 {
		want = strings.Replace(want, "OTHER", got[i+len("line "):], 1)
	}
	return want
}

func TestProblemNamesTheLine(t *testing.T) {
	raw := []byte("specification:\n  feature: x\n  date: 2026-02-15\n  colour: red\n")
	var out struct {
		Specification Specification `yaml:"specification"`
	}
	err := decodeStrict("a.yaml", raw, &out)
	want := `a.yaml:4: unknown key "specification.colour" (known: feature, date)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEmptyFile(t *testing.T) {
	if _, err := ParsePlatform("p.yaml", nil); err == nil || err.Error() != "p.yaml: the file is empty" {
		t.Errorf("empty file: %v", err)
	}
}

func TestUnknownNamePanics(t *testing.T) {
	s := reference(t)
	tests := map[string]func(){
		`spec: no topic "task-event" (did you mean "task-events"?)`:                                                                                  func() { s.Topic("task-event") },
		`spec: no Dapr component "secrets" (known: pubsub-kafka, statestore, kubernetes-secrets)`:                                                    func() { s.Component("secrets") },
		`spec: no quota for namespace "ingress-nginx" (known: todo-app, kafka, dapr-system, monitoring)`:                                             func() { s.Quota("ingress-nginx") },
		`spec: no event family "task" (known: task-event, reminder-event, task-update-event)`:                                                        func() { s.Event("task") },
		`spec: no namespace "todoapp" (did you mean "todo-app"?)`:                                                                                    func() { s.Namespace("todoapp") },
		`spec: no deployment "frontend" (known: todo-frontend, todo-backend, recurring-worker, notification-worker, audit-worker, websocket-worker)`: func() { s.Deployment("frontend") },
	}
	for want, call := range tests {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v", got)
				}
			}()
			call()
		})
	}
}

func TestTheLineOfAValue(t *testing.T) {
	raw := []byte("topics:\n  - {name: a, partitions: 1}\n  - name: b.c\n    partitions: 0\nlist: [x, y]\nkafka:\n  listener:\n    port: 0\n")
	for path, want := range map[string]int{
		"topics[b.c].partitions": 4, "topics[a]": 2, "topics[1].partitions": 4, "kafka.listener.port": 8, "kafka.listener.other": 7,
		"list[y]": 5, "nothing": 0, "topics[zzz].partitions": 1,
	} {
		problems := withLines(raw, Problems{"f.yaml: " + path + ": wrong"})
		wantText := "f.yaml: " + path + ": wrong"
		if want > 0 {
			wantText = fmt.Sprintf("f.yaml:%d: %s: wrong", want, path)
		}
		if problems[0] != wantText {
			t.Errorf("%s, want line %d", problems[0], want)
		}
	}
}
