package mutants

import (
	"slices"
	"testing"

	"assay.dev/assay/spec/todo"
)

// TestRelatedChecksOfTheRealControllers holds what a rehearsal with Strimzi 0.40.0
// and F5's controller 5.4.3 has found: these checks see the mutant, too, where the
// stand-ins' once did not.
func TestRelatedChecksOfTheRealControllers(t *testing.T) {
	list, _, err := Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"ingress.exists-gone":        {"ingress.controller"}, // the handshake for an unknown name is refused
		"ingress.host-wild":          {"ingress.controller"},
		"ingress.tls-none":           {"ingress.controller"},
		"ingress.route.root-swapped": {"ingress.tls", "ingress.certificate", "ingress.controller", "ingress.redirect"}, // the whole Ingress is rejected
		"kafka.ready-broken":         {"kafka.bootstrap"},                                                              // no listeners while NotReady
	} {
		i := slices.IndexFunc(list, func(m Mutant) bool { return m.ID == id })
		if i < 0 {
			t.Errorf("there is no mutant %s", id)
			continue
		}
		for _, requirement := range want {
			if !slices.Contains(list[i].Also, requirement) {
				t.Errorf("%s: the related checks %v lack %s", id, list[i].Also, requirement)
			}
		}
	}
}

// TestNoMutantMakesAPodThatThePodSetControllerDeletes: Strimzi deletes a pod with
// the labels of its pod sets within 2 s, before a check sees it.
func TestNoMutantMakesAPodThatThePodSetControllerDeletes(t *testing.T) {
	list, _, err := Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		for _, step := range m.Apply {
			metadata, _ := step.Create["metadata"].(map[string]any)
			labels, _ := metadata["labels"].(map[string]any)
			if _, selected := labels["strimzi.io/name"]; selected && step.Create["kind"] == "Pod" {
				t.Errorf("%s makes the pod %v, which the operator deletes", m.ID, metadata["name"])
			}
		}
	}
}
