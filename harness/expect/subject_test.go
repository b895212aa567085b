package expect

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAFailureSaysWhatAReaderNeeds(t *testing.T) {
	object := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kafka"}}
	got := Subject{What: "phase of namespace kafka", From: "Kubernetes API", Object: object}.report("Active", "Terminating")
	want := "phase of namespace kafka\n  expected: Active\n  seen:     Terminating\n  from:     Kubernetes API\n  object:\n    metadata:\n      name: kafka\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestAFailureShowsNoSecretAndNoEndlessObject(t *testing.T) {
	secret := &corev1.Secret{Data: map[string][]byte{"password": []byte("not-to-be-shown")}}
	if got := (Subject{Object: secret}).report("", ""); strings.Contains(got, "bm90LXRv") || !strings.Contains(got, "password") {
		t.Error(got)
	}
	large := &corev1.ConfigMap{Data: map[string]string{"key": strings.Repeat("x", 2*objectLimit)}}
	if got := (Subject{Object: large}).report("", ""); len(got) > objectLimit+200 || !strings.Contains(got, "in the diagnostics") {
		t.Errorf("%d characters", len(got))
	}
	var none *corev1.Pod
	if got := (Subject{Object: none}).report("", ""); strings.Contains(got, "object") {
		t.Error(got)
	}
}

func TestSame(t *testing.T) {
	tests := []struct {
		name       string
		seen, want any
		same       bool
	}{
		{"equal values", 3, 3, true},
		{"other values", 3, 4, false},
		{"other types", int32(3), 3, false},
		{"lists in another order", []string{"b", "a"}, []string{"a", "b"}, true},
		{"a repetition", []string{"a", "a"}, []string{"a"}, false},
		{"an addition", []string{"a", "b"}, []string{"a"}, false},
		{"nothing and nothing", []string(nil), []string{}, true},
		{"nothing and something", []string(nil), []string{"a"}, false},
	}
	for _, test := range tests {
		if got := same(test.seen, test.want); got != test.same {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestText(t *testing.T) {
	for want, value := range map[string]any{"none": []string{}, "a, b": []string{"b", "a"}, "nothing": "", "3": 3, "true": true} {
		if got := text(value); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNameOf(t *testing.T) {
	var none *corev1.Pod
	for want, object := range map[string]any{
		"Pod kafka/zoo-0": &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "kafka", Name: "zoo-0"}},
		"Namespace kafka": &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kafka"}},
	} {
		if got := nameOf(object); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, object := range []any{nil, none, "text", &corev1.Pod{}} {
		if got := nameOf(object); got != "" {
			t.Errorf("%q is the name of %v", got, object)
		}
	}
}
