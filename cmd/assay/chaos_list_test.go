package main

import (
	"strings"
	"testing"

	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// TestFaultsAreListed lists those of the reference, and one more that is a manifest.
func TestFaultsAreListed(t *testing.T) {
	out, errs, code := assay(t, "chaos", "list", "--json")
	if code != exitGreen {
		t.Fatal(code, errs)
	}
	for _, f := range todo.Must().Faults {
		if !strings.Contains(out, `"requirement": "`+f.Requirement+`"`) || !strings.Contains(out, `"does": "`+string(f.Action)+`"`) {
			t.Errorf("%s is not listed", f.Name)
		}
	}
	if strings.Contains(out, `"without"`) {
		t.Errorf("a fault does not apply to the reference:\n%s", out)
	}
	manifest := "{apiVersion: chaos-mesh.org/v1alpha1, kind: PodChaos, spec: {action: pod-kill, mode: all, selector: {namespaces: [todo-app], labelSelectors: {a: b}}}}"
	dir := todotest.Fault(t, "  - {name: no-auditor, what: The auditor is killed, manifest: faults/kill.yaml, target: {role: application, name: audit-worker}, "+
		"proof: {witness: pod-replaced}, group: applications, kubernetesReady: 60s, eventsFlowing: 90s}\n", "kill.yaml", manifest)
	t.Setenv(source.Env, dir)
	t.Setenv("COLUMNS", "200")
	out, errs, code = assay(t, "chaos", "list")
	if want := "PodChaos pod-kill (faults/kill.yaml), seen by pod-replaced"; code != exitGreen || !strings.Contains(out, want) || !strings.Contains(out, "fault.no-auditor") {
		t.Errorf("%d %s\n%s", code, errs, out)
	}
}
