package main

import (
	"slices"
	"testing"

	"assay.dev/assay/harness/mutate"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/todo"
)

// some are mutants of three requirements on the platform, two of one, and one that
// is none of the platform's.
func some() []mutants.Mutant {
	remove := []mutants.Step{{Delete: &mutants.Object{Kind: "ResourceQuota", Name: "compute"}}}
	return []mutants.Mutant{
		{ID: "quota.todo-app.cpu-requests-a", Requirement: "quota.todo-app.cpu-requests", Apply: remove, File: "mutants/quotas.yaml"},
		{ID: "quota.todo-app.cpu-requests-b", Requirement: "quota.todo-app.cpu-requests", Apply: remove, File: "mutants/quotas.yaml"},
		{ID: "quota.todo-app.cpu-limits-a", Requirement: "quota.todo-app.cpu-limits", Apply: remove, File: "mutants/quotas.yaml"},
		{ID: "topic.task-events.exists-a", Requirement: "topic.task-events.exists", Apply: remove, File: "mutants/topics.yaml"},
		{ID: "network.vcn.name-a", Requirement: "network.vcn.name", Apply: []mutants.Step{{Cloud: &mutants.Cloud{}}}, File: "mutants/cloud.yaml"},
	}
}

func ids(list []mutants.Mutant) (found []string) {
	for _, m := range list {
		found = append(found, m.ID)
	}
	return found
}

func TestPickByPattern(t *testing.T) {
	list, err := choice{only: "quota.*"}.pick(t.Context(), some())
	if err != nil || len(list) != 3 {
		t.Errorf("%v, %v", ids(list), err)
	}
	if list, err := (choice{only: "topic.*,network.vcn.name-*"}).pick(t.Context(), some()); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", ids(list), err)
	}
	for _, bad := range []string{"flow.*", "QUO-[", "quota.*,TOP-["} {
		if list, err := (choice{only: bad}).pick(t.Context(), some()); err == nil {
			t.Errorf("%s picks %v", bad, ids(list))
		}
	}
}

func TestSampleIsOfThePlatformAndCanBeDrawnAgain(t *testing.T) {
	different := false
	for seed := range uint64(20) {
		first, err := choice{sample: 2, seed: seed + 1}.pick(t.Context(), some())
		again, _ := choice{sample: 2, seed: seed + 1}.pick(t.Context(), some())
		other, _ := choice{sample: 2, seed: seed + 100}.pick(t.Context(), some())
		if err != nil || len(first) != 2 || first[0].Requirement == first[1].Requirement {
			t.Fatalf("%v, %v", ids(first), err)
		}
		for i, m := range first {
			if m.Place() != mutants.OnPlatform || again[i].ID != m.ID {
				t.Errorf("seed %d drew %v, then %v", seed, ids(first), ids(again))
			}
			different = different || other[i].ID != m.ID
		}
	}
	if !different {
		t.Error("every seed draws the same")
	}
	if all, err := (choice{sample: 10}).pick(t.Context(), some()); err != nil || len(all) != 3 {
		t.Errorf("%v of three requirements, %v", ids(all), err)
	}
}

// TestPlatformMutantsNeedNoCloud holds that nothing is made for mutants that are not
// tried: the emulated cloud needs Terraform and the OCI provider, which may be compiled.
func TestPlatformMutantsNeedNoCloud(t *testing.T) {
	all, _, err := mutants.Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	for _, only := range []string{"kafka.*", "quota.*,topic.*", "event.*"} {
		list, err := choice{only: only}.pick(t.Context(), slices.Clone(all))
		if err != nil {
			t.Fatal(err)
		}
		if needed := placesOf(list); needed[mutants.OnCloud] || needed[mutants.OnConfiguration] {
			t.Errorf("--only %s needs %v", only, needed)
		}
	}
	if needed := placesOf(some()); !needed[mutants.OnCloud] || !needed[mutants.OnPlatform] || needed[mutants.OnRecording] {
		t.Errorf("mutants of platform and cloud need %v", needed)
	}
}

// TestMutantsHaveAnExitCode holds the exit codes of README.
func TestMutantsHaveAnExitCode(t *testing.T) {
	killed, survived := mutate.Result{Status: mutate.Killed}, mutate.Result{Status: mutate.Survived}
	for _, test := range []struct {
		tried, skipped []mutate.Result
		want           int
	}{
		{[]mutate.Result{killed}, nil, exitGreen},
		{[]mutate.Result{killed, survived}, nil, exitRed},
		{[]mutate.Result{killed}, []mutate.Result{survived}, exitInconclusive},
		{[]mutate.Result{survived}, []mutate.Result{killed}, exitRed},
	} {
		if code := exitCode(mutantsError(test.tried, test.skipped)); code != test.want {
			t.Errorf("tried %v, skipped %v: exit code %d, want %d", test.tried, test.skipped, code, test.want)
		}
	}
}

func TestWrittenIn(t *testing.T) {
	changed := []string{"mutants/quotas.yaml", "testdata/shop/mutants.yaml"}
	for file, want := range map[string]bool{
		"mutants/quotas.yaml": true, "mutants/topics.yaml": false,
		"testdata/shop/mutants.yaml": true, "/somewhere/testdata/shop/mutants.yaml": true, "/somewhere/else/mutants.yaml": false,
	} {
		if writtenIn(file, changed) != want {
			t.Errorf("%s: %v", file, !want)
		}
	}
}
