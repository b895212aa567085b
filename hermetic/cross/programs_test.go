package cross

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/spec/todo"
)

const repository = "../.."

// packages returns the packages that a variable of the Makefile lists.
func packages(t *testing.T, variable string) []string {
	t.Helper()
	content, err := os.ReadFile(repository + "/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + variable + ` := (.+)$`).FindStringSubmatch(string(content))
	if found == nil {
		t.Fatalf("the Makefile does not set %s", variable)
	}
	return strings.Fields(found[1])
}

// imagePrograms are the programs of images that are compiled here for the engine's
// architecture, by their names.
func imagePrograms(t *testing.T) map[string]string {
	t.Helper()
	list, err := catalogue.Load(repository)
	if err != nil {
		t.Fatal(err)
	}
	if list, err = list.WithDeployments(todo.Must().Deployments); err != nil {
		t.Fatal(err)
	}
	programs := list.Modules["static"].Programs
	if len(programs) < 8 {
		t.Fatalf("the catalogue has the programs %v, which are too few to be all", programs)
	}
	return programs
}

// TestEachProgramOfAnImageIsCompiledForArm64 holds `make cross` against the catalogue.
func TestEachProgramOfAnImageIsCompiledForArm64(t *testing.T) {
	patterns := packages(t, "CROSS_IMAGES")
	for _, name := range slices.Sorted(maps.Keys(imagePrograms(t))) {
		pkg := imagePrograms(t)[name]
		compiled := slices.ContainsFunc(patterns, func(pattern string) bool {
			below, all := strings.CutSuffix(pattern, "/...")
			return pkg == pattern || all && (pkg == below || strings.HasPrefix(pkg, below+"/"))
		})
		if !compiled {
			t.Errorf("`make cross` does not compile %s: CROSS_IMAGES is %v", pkg, patterns)
		}
	}
}
