package render

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"assay.dev/assay/deploy/contract"
)

// atHand calls a check for each contract with the chart that an environment takes,
// and whether it is the stand-in's.
func atHand(t *testing.T, check func(t *testing.T, c contract.Contract, chart string, standIn bool, env string)) {
	t.Helper()
	contracts, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contracts {
		for _, env := range environments {
			t.Run(c.Chart+"/"+env, func(t *testing.T) {
				renderer := find(t)
				name := c.Chart
				if builds(env) && c.StandIn != "" {
					name = c.StandIn
				}
				chart := filepath.Join(renderer.Charts, name)
				if _, err := os.Stat(chart); err != nil {
					t.Skip("this chart cannot be had here: ", err)
				}
				check(t, c, chart, aboutChart(t, chart).Annotations[standInMark] != "", env)
			})
		}
	}
}

// TestChartsKeepTheirContracts holds what each chart renders against
// deploy/contract.
func TestChartsKeepTheirContracts(t *testing.T) {
	// Where there is no Java, the stand-in's chart has no definitions.
	definitions := false
	for _, object := range environment(t, "kind-hermetic").objects {
		definitions = definitions || object.GetKind() == "CustomResourceDefinition" && strings.HasSuffix(object.GetName(), ".strimzi.io")
	}
	atHand(t, func(t *testing.T, c contract.Contract, _ string, standIn bool, env string) {
		if standIn && !definitions {
			t.Log("the definitions of Strimzi's resources were not made here")
			c.Definitions = nil
		}
		for _, problem := range c.Problems(environment(t, env).objects, standIn) {
			t.Error(problem)
		}
	})
}

// TestValuesAreThoseOfTheCharts finds values that a chart does not know: helm takes
// any without a word.
func TestValuesAreThoseOfTheCharts(t *testing.T) {
	atHand(t, func(t *testing.T, c contract.Contract, chart string, standIn bool, env string) {
		own := valuesOf(t, chart)
		target, _, _ := strings.Cut(env, "-")
		for _, problem := range c.ValueProblems(own, valuesFor(t, c.Release, target, filepath.Base(chart)), standIn) {
			t.Error(problem)
		}
		templates := templatesOf(t, chart)
		for _, value := range c.Values {
			name := value.Path[strings.LastIndex(value.Path, ".")+1:]
			if value.Undeclared != "" && !strings.Contains(templates, "."+name) {
				t.Errorf("no template of the chart reads %s, which values.yaml does not declare", value.Path)
			}
		}
	})
}

// TestChartsAreOfTheContractsVersions holds the versions of charts that were released.
func TestChartsAreOfTheContractsVersions(t *testing.T) {
	atHand(t, func(t *testing.T, c contract.Contract, chart string, standIn bool, _ string) {
		if standIn || c.Unreleased != "" {
			t.Skip("it does not name its version: " + c.Unreleased)
		}
		about := aboutChart(t, chart)
		if about.Version != c.Version || about.AppVersion != c.AppVersion {
			t.Errorf("the chart is %s (%s), the contract's %s (%s)", about.Version, about.AppVersion, c.Version, c.AppVersion)
		}
	})
}

// standInMark is the annotation of a stand-in's chart, under whatever name it is
// published.
const standInMark = "assay.dev/stand-in"

type chartAbout struct {
	Version, AppVersion string
	Annotations         map[string]string
}

func aboutChart(t *testing.T, chart string) chartAbout {
	t.Helper()
	var about chartAbout
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(chart, "Chart.yaml"))), &about); err != nil {
		t.Fatal(err)
	}
	return about
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// valuesOf are a chart's values with those of the charts in it below their names.
func valuesOf(t *testing.T, chart string) map[string]any {
	t.Helper()
	var values map[string]any
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(chart, "values.yaml"))), &values); err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(chart, "charts", "*", "values.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		name, dir := filepath.Base(filepath.Dir(part)), filepath.Dir(part)
		below := valuesOf(t, dir)
		if own, ok := values[name].(map[string]any); ok {
			for key, value := range own {
				below[key] = value
			}
		}
		values[name] = below
	}
	return values
}

// templatesOf is the text of all templates of a chart and of the charts in it.
func templatesOf(t *testing.T, chart string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.WalkDir(chart, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && filepath.Base(filepath.Dir(path)) == "templates" {
			text.WriteString(read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// actions of templates are replaced by a value of their type.
var actions = []struct {
	pattern *regexp.Regexp
	value   string
}{
	{regexp.MustCompile(`{{[^}]*\.resources \| toJson }}`), "{}"},
	{regexp.MustCompile(`{{[^}]*\.replicas }}`), "1"},
	{regexp.MustCompile(`{{[^}]*\| toJson\)? }}`), "[]"},
	{regexp.MustCompile(`{{[^}]*}}`), `"text"`},
}

// valuesFor are the files of values that helmfile.yaml gives to a release.
// Lines that are template actions alone are left out; see actions for the others.
func valuesFor(t *testing.T, release, target, chart string) []map[string]any {
	t.Helper()
	names := []string{release + ".yaml.gotmpl", release + "." + target + ".yaml", release + "." + target + ".yaml.gotmpl", chart + ".yaml"}
	var all []map[string]any
	for _, name := range names {
		path := filepath.Join("..", "values", name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		lines := strings.Split(read(t, path), "\n")
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "{{") })
		text := strings.Join(lines, "\n")
		for _, action := range actions {
			text = action.pattern.ReplaceAllString(text, action.value)
		}
		var values map[string]any
		if err := yaml.Unmarshal([]byte(text), &values); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, values)
	}
	if len(all) == 0 {
		t.Fatalf("release %s has no values", release)
	}
	return all
}
