package docs_test

import (
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// linter is the file with the rules of who may import whom.
const linter = ".golangci.yml"

// ours is the path of the module.
const ours = "assay.dev/assay"

// importRule is one rule of depguard: https://github.com/OpenPeeDeeP/depguard.
type importRule struct {
	Mode  string   `yaml:"list-mode"`
	Files []string `yaml:"files"`
	Allow []string `yaml:"allow"`
	Deny  []struct {
		Package string `yaml:"pkg"`
		Reason  string `yaml:"desc"`
	} `yaml:"deny"`
}

func importRules(t *testing.T) map[string]importRule {
	t.Helper()
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]importRule `yaml:"rules"`
				} `yaml:"depguard"`
			} `yaml:"settings"`
		} `yaml:"linters"`
	}
	content, err := os.ReadFile(filepath.Join(root, linter))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatalf("read %s: %v", linter, err)
	}
	return config.Linters.Settings.Depguard.Rules
}

// covers reports whether the rule is about a file, a path below the checkout.
func (r importRule) covers(file string) bool {
	matched := false
	for _, pattern := range r.Files {
		rest, negative := strings.CutPrefix(pattern, "!")
		if globbed(rest).MatchString("/" + file) {
			if negative {
				return false
			}
			matched = true
		}
	}
	return matched
}

// globs are patterns of depguard as regular expressions.
var globs = map[string]*regexp.Regexp{}

func globbed(pattern string) *regexp.Regexp {
	if globs[pattern] == nil {
		text := regexp.QuoteMeta(strings.Replace(pattern, "$test", "**/*_test.go", 1))
		text = strings.ReplaceAll(text, `\*\*`, `.*`)
		globs[pattern] = regexp.MustCompile("^" + strings.ReplaceAll(text, `\*`, `[^/]*`) + "$")
	}
	return globs[pattern]
}

// refuses returns why the rule forbids an import, and "" where it allows it.
func (r importRule) refuses(imported string) string {
	for _, entry := range r.Deny {
		if !strings.HasPrefix(imported, entry.Package) {
			continue
		}
		allowed := slices.ContainsFunc(r.Allow, func(allow string) bool {
			return strings.HasPrefix(imported, allow) && len(allow) > len(entry.Package)
		})
		if !allowed || r.Mode != "lax" {
			return entry.Reason
		}
	}
	return ""
}

// broken returns the rules that an import of a file breaks, with their reasons.
func broken(rules map[string]importRule, file, imported string) []string {
	var all []string
	for name, rule := range rules {
		if rule.covers(file) {
			if why := rule.refuses(imported); why != "" {
				all = append(all, name+": "+why)
			}
		}
	}
	slices.Sort(all)
	return all
}

// TestImportsFollowTheRules holds the imports of all files to the rules of the linter,
// which takes minutes to build, and wants a rule for every package.
func TestImportsFollowTheRules(t *testing.T) {
	rules, ruled := importRules(t), map[string]bool{}
	for _, file := range goFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range parsed.Imports {
			imported, err := strconv.Unquote(one.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, why := range broken(rules, file, imported) {
				t.Errorf("%s imports %s: %s", file, imported, why)
			}
		}
		for name, rule := range rules {
			if rule.covers(file) && name != "harness" && name != "ginkgo" {
				ruled[path.Dir(file)] = true
			}
		}
	}
	for _, file := range goFiles(t) {
		top, _, _ := strings.Cut(file, "/")
		test := strings.HasSuffix(file, "_test.go") || slices.Contains([]string{"testdata", "docs", "tools"}, top)
		if dir := path.Dir(file); !test && !ruled[dir] {
			ruled[dir] = true
			t.Errorf("%s: no rule of %s says what it may import", dir, linter)
		}
	}
}

// TestRulesSayWhatDepguardDoes wants no entry of a list to be the start of another one
// in it: depguard compares an import with the entry that is next to it in the order of the
// alphabet, and would not see the shorter one. Entries of ours name what exists.
func TestRulesSayWhatDepguardDoes(t *testing.T) {
	rules := importRules(t)
	if len(rules) < 20 {
		t.Fatalf("%s has only %d rules", linter, len(rules))
	}
	for name, rule := range rules {
		if rule.Mode != "lax" && len(rule.Allow) > 0 {
			t.Errorf("%s: a list of what is allowed needs the mode lax", name)
		}
		var denied []string
		for _, entry := range rule.Deny {
			denied = append(denied, entry.Package)
			if entry.Reason == "" {
				t.Errorf("%s denies %s without a reason", name, entry.Package)
			}
		}
		for _, list := range [][]string{rule.Allow, denied} {
			for i, entry := range list {
				if at := slices.IndexFunc(list, func(other string) bool { return strings.HasPrefix(other, entry) }); at >= 0 && at != i {
					t.Errorf("%s: %s and %s are in one list", name, entry, list[at])
				}
				dir, isOurs := strings.CutPrefix(entry, ours)
				if _, err := os.Stat(filepath.Join(root, dir)); isOurs && err != nil {
					t.Errorf("%s: %s does not exist", name, entry)
				}
			}
		}
	}
}

// TestRulesRefuse injects imports that go the wrong way, and some that go the right one.
func TestRulesRefuse(t *testing.T) {
	rules := importRules(t)
	for _, tc := range []struct {
		file, imported string
		refused        bool
	}{
		{"spec/spec.go", "harness/judge", true},
		{"spec/source/open.go", "spec/todo", false},
		{"harness/history/entries.go", "spec", true},
		{"harness/judge/judge.go", "harness/record/observe", true},
		{"harness/judge/judge.go", "harness/history", false},
		{"harness/record/observe/await.go", "harness/judge", true},
		{"harness/record/observe/await_test.go", "harness/judge", false},
		{"harness/record/traffic/kafka.go", "harness/report", true},
		{"harness/runner/session/checks.go", "harness/report", true},
		{"harness/kube/cluster.go", "suites/quotas", true},
		{"harness/platform/up.go", "harness/judge", true},
		{"harness/platform/hold/hold.go", "harness/mutate", false},
		{"infra/stack/up.go", "harness/platform", true},
		{"infra/claim/claim.go", "harness/kube/target", false},
		{"infra/claim/claim.go", "harness/kube", true},
		{"hermetic/build/build.go", "harness/platform/lease", true},
		{"standins/strimzi/operator/operator.go", "spec", true},
		{"workloads/todo-backend/main.go", "harness/history", true},
		{"suites/eventing/flow.go", "harness/report", true},
		{"suites/provisioning/oci/suite.go", "infra/stack", false},
		{"suites/quotas/quotas.go", "infra/stack", true},
		{"conformance/run.go", "suites/quotas", true},
		{"cmd/assay/main.go", "suites/quotas", true},
		{"mutants/mutants.go", "harness/fault", true},
		{"deploy/contract/contract.go", "harness/kube", true},
	} {
		if got := broken(rules, tc.file, ours+"/"+tc.imported); (len(got) > 0) != tc.refused {
			t.Errorf("%s imports %s: the rules say %q, want refused=%v", tc.file, tc.imported, got, tc.refused)
		}
	}
	for file, refused := range map[string]bool{"harness/fault/fault.go": true, "harness/expect/each.go": false, "suites/quotas/quotas.go": false} {
		if got := broken(rules, file, "github.com/onsi/gomega"); (len(got) > 0) != refused {
			t.Errorf("%s imports Gomega: the rules say %q, want refused=%v", file, got, refused)
		}
	}
}
