package mutate

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/todo"
)

func settings() *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "settings"},
		Data:       map[string]string{"mode": "safe"},
	}
}

func patchOf(value string) mutants.Mutant {
	return mutants.Mutant{
		ID: "quota.todo-app.cpu-requests-" + value, Requirement: "quota.todo-app.cpu-requests", What: "The mode is " + value + ".", Message: "mode",
		Apply: []mutants.Step{{Patch: &mutants.Patch{
			Object: mutants.Object{APIVersion: "v1", Kind: "ConfigMap", Namespace: "todo-app", Name: "settings"},
			Merge:  map[string]any{"data": map[string]any{"mode": value}},
		}}},
	}
}

// testEngine has a check that is red unless the mode is safe.
func testEngine(t *testing.T) (Engine, *kube.Cluster) {
	t.Helper()
	cluster := &kube.Cluster{WithWatch: fake.NewClientBuilder().WithObjects(settings()).Build()}
	return Engine{
		Spec:    todo.Must(),
		Cluster: cluster, Out: io.Discard, ResultLog: filepath.Join(t.TempDir(), "results.jsonl"),
		Healthy: func(context.Context) error { return nil },
		Check: func(ctx context.Context, _ []string, _ string) ([]session.Check, error) {
			seen := mode(ctx, t, cluster)
			return []session.Check{{IDs: []string{"quota.todo-app.cpu-requests"}, Red: seen != "safe", Message: "mode is " + seen}}, nil
		},
	}, cluster
}

func mode(ctx context.Context, t *testing.T, cluster *kube.Cluster) string {
	t.Helper()
	object := settings()
	if err := cluster.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
		t.Fatal(err)
	}
	return object.Data["mode"]
}

func TestRunKillsUndoesAndResumes(t *testing.T) {
	engine, cluster := testEngine(t)
	list := []mutants.Mutant{patchOf("fast"), patchOf("wild")}
	results, err := engine.Run(t.Context(), list, false)
	if err != nil || Count(results, Killed) != 2 {
		t.Fatalf("%+v, %v", results, err)
	}
	if seen := mode(t.Context(), t, cluster); seen != "safe" {
		t.Errorf("the mode is %s after all was undone", seen)
	}
	engine.Check = func(context.Context, []string, string) ([]session.Check, error) {
		return nil, errors.New("tried again")
	}
	if results, err = engine.Run(t.Context(), list, false); err != nil || Count(results, Killed) != 2 {
		t.Errorf("what was killed is not remembered: %+v, %v", results, err)
	}
}

// TestOnlyWhatWillBeTriedIsPending holds that a mutant which was killed needs nothing
// any more, as an emulated cloud that takes minutes to compile.
func TestOnlyWhatWillBeTriedIsPending(t *testing.T) {
	engine, _ := testEngine(t)
	killed, other := patchOf("fast"), patchOf("wild")
	if _, err := engine.Run(t.Context(), []mutants.Mutant{killed}, false); err != nil {
		t.Fatal(err)
	}
	changed := killed
	changed.Message = "mode is"
	for name, test := range map[string]struct {
		list  []mutants.Mutant
		fresh bool
		want  int
	}{
		"killed": {[]mutants.Mutant{killed}, false, 0}, "again": {[]mutants.Mutant{killed}, true, 1},
		"never tried": {[]mutants.Mutant{killed, other}, false, 1}, "written anew": {[]mutants.Mutant{changed}, false, 1},
	} {
		pending, err := engine.Pending(test.list, test.fresh)
		if err != nil || len(pending) != test.want {
			t.Errorf("%s: %d of %d are pending (%v), want %d", name, len(pending), len(test.list), err, test.want)
		}
	}
}

func TestRunUndoesWhatAKillLeft(t *testing.T) {
	engine, cluster := testEngine(t)
	if err := newChanger(todo.Must(), cluster, "").apply(t.Context(), patchOf("fast")); err != nil {
		t.Fatal(err)
	}
	if seen := mode(t.Context(), t, cluster); seen != "fast" {
		t.Fatalf("the mode is %s", seen)
	}
	if _, err := engine.Run(t.Context(), []mutants.Mutant{patchOf("wild")}, false); err != nil {
		t.Fatal(err)
	}
	if seen := mode(t.Context(), t, cluster); seen != "safe" {
		t.Errorf("the mode is %s after all was undone", seen)
	}
}

func TestRunTellsASurvivor(t *testing.T) {
	engine, _ := testEngine(t)
	engine.Check = func(context.Context, []string, string) ([]session.Check, error) {
		return []session.Check{{IDs: []string{"quota.todo-app.cpu-requests"}}}, nil
	}
	results, err := engine.Run(t.Context(), []mutants.Mutant{patchOf("fast")}, false)
	if err != nil || Count(results, Survived) != 1 {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestRunTellsACheckThatStaysRed(t *testing.T) {
	engine, _ := testEngine(t)
	engine.Check = func(context.Context, []string, string) ([]session.Check, error) {
		return []session.Check{{IDs: []string{"quota.todo-app.cpu-requests"}, Red: true, Message: "mode"}}, nil
	}
	results, err := engine.Run(t.Context(), []mutants.Mutant{patchOf("fast")}, false)
	if err != nil || Count(results, Failed) != 1 || !strings.Contains(results[0].Text, "still red") {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestRunStopsWhenTheClusterIsNotAsItWas(t *testing.T) {
	engine, cluster := testEngine(t)
	inner := engine.Check
	engine.Check = func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error) {
		collateral := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "foreign"}}
		if err := cluster.Create(ctx, collateral); err != nil {
			t.Fatal(err)
		}
		return inner(ctx, ids, kubeconfig)
	}
	_, err := engine.Run(t.Context(), []mutants.Mutant{patchOf("fast")}, false)
	if err == nil || !strings.Contains(err.Error(), "ConfigMap todo-app/foreign is new") {
		t.Errorf("%v", err)
	}
}

func TestDeleteAndCreateAreUndone(t *testing.T) {
	engine, cluster := testEngine(t)
	list := []mutants.Mutant{{
		ID: "quota.todo-app.cpu-requests-swapped", Requirement: "quota.todo-app.cpu-requests", What: "Another object.", Message: "mode",
		Apply: []mutants.Step{
			{Create: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"namespace": "todo-app", "name": "other"}}},
			{Delete: &mutants.Object{APIVersion: "v1", Kind: "ConfigMap", Namespace: "todo-app", Name: "settings"}},
		},
	}}
	engine.Check = func(ctx context.Context, _ []string, _ string) ([]session.Check, error) {
		object := settings()
		err := cluster.Get(ctx, client.ObjectKeyFromObject(object), object)
		return []session.Check{{IDs: []string{"quota.todo-app.cpu-requests"}, Red: err != nil, Message: "no mode"}}, nil
	}
	results, err := engine.Run(t.Context(), list, false)
	if err != nil || Count(results, Killed) != 1 {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestWhatAControllerMadeIsRemoved(t *testing.T) {
	engine, cluster := testEngine(t)
	m := patchOf("fast")
	made := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "todo-app", Name: "made"}}
	m.Apply = append([]mutants.Step{{Causes: &mutants.Object{APIVersion: "v1", Kind: "ConfigMap", Namespace: "todo-app", Name: "made"}}}, m.Apply...)
	inner := engine.Check
	engine.Check = func(ctx context.Context, ids []string, kubeconfig string) ([]session.Check, error) {
		if mode(ctx, t, cluster) == "fast" {
			if err := cluster.Create(ctx, made.DeepCopy()); err != nil {
				t.Fatal(err)
			}
		}
		return inner(ctx, ids, kubeconfig)
	}
	if results, err := engine.Run(t.Context(), []mutants.Mutant{m}, false); err != nil || Count(results, Killed) != 1 {
		t.Errorf("%+v, %v", results, err)
	}
}
