package adoption

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"assay.dev/assay/spec"
)

// TestReadOnlyHasNoRightToWrite but to forward ports, which is a creation by its form alone.
func TestReadOnlyHasNoRightToWrite(t *testing.T) {
	rights, err := RightsOf(spec.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	if len(rights.Cluster) == 0 || len(rights.Namespaces) == 0 || rights.Admin {
		t.Fatalf("%+v", rights)
	}
	for _, rule := range append(slices.Clone(rights.Cluster), rights.Namespaces...) {
		for _, verb := range rule.Verbs {
			reads := slices.Contains([]string{"get", "list", "watch"}, verb)
			forwards := verb == "create" && slices.Equal(rule.Resources, []string{"pods/portforward"})
			if !reads && !forwards {
				t.Errorf("it may %s %v", verb, rule.Resources)
			}
		}
		if slices.Contains(rule.Resources, "*") && !slices.Equal(rule.APIGroups, []string{"chaos-mesh.org"}) {
			t.Errorf("it reads everything of %v, and commands in pods with it", rule.APIGroups)
		}
	}
	for _, rule := range rights.Cluster {
		if slices.Contains(rule.Resources, "secrets") {
			t.Error("it reads the Secrets of everybody")
		}
	}
}

// TestProfilesIncludeTheRightsBefore wants each profile to have more rights than the one
// before it.
func TestProfilesIncludeTheRightsBefore(t *testing.T) {
	before := 0
	for _, profile := range spec.Profiles {
		rights, err := RightsOf(profile)
		if err != nil {
			t.Fatal(err)
		}
		now := len(rights.Cluster) + len(rights.Namespaces)
		if now <= before {
			t.Errorf("%s has %d rules, the profile before it %d", profile, now, before)
		}
		before = now
	}
}

// TestTakeGivesTheRightsOfAProfile in the platform's namespaces alone, and Drop leaves none.
func TestTakeGivesTheRightsOfAProfile(t *testing.T) {
	client := cluster(nil)
	rights, err := RightsOf(spec.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	namespaces := []string{"todo-app", "kafka"}
	if _, err := Take(t.Context(), client, Options{Run: run, Mark: true, TTL: 1, Rights: rights, Namespaces: namespaces}); err != nil {
		t.Fatal(err)
	}
	roles, err := client.RbacV1().Roles("").List(t.Context(), metav1.ListOptions{LabelSelector: RunLabel})
	if err != nil || len(roles.Items) != len(namespaces) {
		t.Errorf("%d Roles, %v", len(roles.Items), err)
	}
	binding, err := client.RbacV1().ClusterRoleBindings().Get(t.Context(), account(run), metav1.GetOptions{})
	if err != nil || binding.RoleRef.Name != account(run) {
		t.Errorf("bound to %s, %v", binding.RoleRef.Name, err)
	}
	if others, err := Others(t.Context(), client, run); err != nil || len(others) != 0 {
		t.Errorf("its own adoption is another one: %v, %v", others, err)
	}
	if others, err := Others(t.Context(), client, "ANOTHER"); err != nil || len(others) != 1 {
		t.Errorf("for another run: %v, %v", others, err)
	}
	if err := Drop(t.Context(), client, run, namespaces); err != nil {
		t.Fatal(err)
	}
	roles, err = client.RbacV1().Roles("").List(t.Context(), metav1.ListOptions{})
	if left := accounts(t, client); err != nil || left != 0 || len(roles.Items) != 0 {
		t.Errorf("%d accounts and bindings, %d Roles are left, %v", left, len(roles.Items), err)
	}
	if err := Unmark(t.Context(), client, run, uid); err != nil || isMarked(t, client) {
		t.Errorf("the mark is left, %v", err)
	}
}

// TestAnotherRunKeepsTheMark: who else has adopted the cluster needs it.
func TestAnotherRunKeepsTheMark(t *testing.T) {
	client := cluster(marked())
	if _, err := Take(t.Context(), client, Options{Run: "OTHER", TTL: 1, Rights: Rights{Admin: true}}); err != nil {
		t.Fatal(err)
	}
	if err := Unmark(t.Context(), client, run, uid); err != nil || !isMarked(t, client) {
		t.Errorf("the mark is gone, %v", err)
	}
}
