package mutants

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
	"assay.dev/assay/spec/todo/todotest"
)

// ordinary are names of the reference that assay and what it builds on have, too.
var ordinary = map[string]string{
	"kafka":      "groups of APIs and guarantees are called after it",
	"monitoring": "a family of requirements is called so",
	"postgresql": "a fault and a type of component are called after it",
}

// namesOf are what a specification gives names to and no other one has to call alike.
func namesOf(s *spec.Spec) []string {
	names := append(todotest.Names(s), s.OCI.VCN.Name, s.OCI.OKECluster.Name, s.OCI.NodePool.Name, s.OCI.AutonomousDatabase.Name)
	for _, n := range s.OCI.Subnets {
		names = append(names, n.Name)
	}
	for _, g := range s.OCI.Gateways {
		names = append(names, g.Name)
	}
	for _, sub := range s.Dapr.Subscriptions {
		names = append(names, sub.Name)
	}
	for _, r := range s.Requirements {
		if r.Template == "" {
			names = append(names, r.ID)
		}
	}
	return names
}

// foreign matches the names of the reference that the shop does not have.
func foreign(t *testing.T) *regexp.Regexp {
	t.Helper()
	raw, err := os.ReadFile("../testdata/shop/platform.yaml")
	if err != nil {
		t.Fatal(err)
	}
	requirements, err := os.ReadFile("../testdata/shop/requirements.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := string(raw) + string(requirements)
	var only []string
	for _, name := range namesOf(todo.Must()) {
		_, is := ordinary[name]
		is = is || slices.Contains(spec.FaultActions(), spec.FaultAction(name)) // faults may be called as what they do
		if name != "" && !is && !strings.Contains(own, name) {
			only = append(only, regexp.QuoteMeta(name))
		}
	}
	if len(only) < 40 {
		t.Fatalf("the reference has %d names of its own", len(only))
	}
	return regexp.MustCompile(`(^|[^a-z0-9-])(` + strings.Join(only, "|") + `)([^a-z0-9-]|$)`)
}

func TestNoMutantOfTheShopHasANameOfTheReference(t *testing.T) {
	names := foreign(t)
	list, _, err := Load(shop(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		raw, err := yaml.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if found := names.FindString(string(raw)); found != "" {
			t.Errorf("%s has %q: %s", m.ID, found, raw)
		}
	}
}

func TestNoFileOfMutantsHasANameOfTheReference(t *testing.T) {
	names := foreign(t)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		for n, line := range strings.Split(string(raw), "\n") {
			if found := names.FindString(line); found != "" {
				t.Errorf("%s:%d has %q", path, n+1, found)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
