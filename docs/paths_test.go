package docs_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pathLike = regexp.MustCompile(`^\.?[A-Za-z0-9_*][A-Za-z0-9_.*-]*(/[A-Za-z0-9_.*-]+)*/?(:[0-9]+)?$`)
	heading  = regexp.MustCompile(`(?m)^#{1,6} +(.+)$`)
)

// made are folders that a checkout does not have before something is run.
var made = []string{"artifacts", "bin"}

// elsewhere are folders of a saved run or of a specification, not of the checkout.
var elsewhere = []string{"history", "ginkgo", "diagnostics", "faults", "schemas"}

// TestLinksLeadSomewhere wants the file and the heading of each link to exist.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, p := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(p.prose(), -1) {
			if why := deadLink(t, p, found[1]); why != "" {
				t.Errorf("%s: %s", p.path, why)
			}
		}
	}
}

func deadLink(t *testing.T, p page, to string) string {
	t.Helper()
	if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
		return ""
	}
	file, anchor, _ := strings.Cut(to, "#")
	target := p.path
	if file != "" {
		target = path.Join(path.Dir(p.path), file)
	}
	if _, err := os.Stat(filepath.Join(root, target)); err != nil {
		return "the link " + to + " leads nowhere"
	}
	if anchor != "" && path.Ext(target) == ".md" && !slices.Contains(anchors(read(t, target)), anchor) {
		return "the link " + to + " names a heading that is not there"
	}
	return ""
}

// anchors are those that code hosts make of headings.
func anchors(p page) []string {
	var all []string
	for _, found := range heading.FindAllStringSubmatch(p.prose(), -1) {
		text := strings.ToLower(strings.ReplaceAll(found[1], "`", ""))
		text = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(text, "")
		all = append(all, strings.ReplaceAll(text, " ", "-"))
	}
	return all
}

// TestPathsExist wants each path that a page for users names as code to exist.
func TestPathsExist(t *testing.T) {
	seen := 0
	for _, p := range pages(t) {
		if strings.HasPrefix(p.path, "docs/decisions/") || strings.HasPrefix(p.path, "docs/findings/") {
			continue // decisions are of their time, findings are about other repositories
		}
		seen += count(t, p, func(code string) (bool, string) { return deadPath(t, code) })
	}
	if seen < 40 {
		t.Errorf("only %d paths were looked at", seen)
	}
}

// deadPath reports whether a text is a path of the checkout, and why it is a wrong one.
func deadPath(t *testing.T, code string) (is bool, why string) {
	t.Helper()
	code = strings.TrimPrefix(code, "./")
	first, rest, nested := strings.Cut(code, "/")
	if !nested || !pathLike.MatchString(code) || slices.Contains(made, first) || slices.Contains(elsewhere, first) {
		return false, ""
	}
	code = regexp.MustCompile(`:[0-9]+$`).ReplaceAllString(code, "")
	found, err := filepath.Glob(filepath.Join(root, code))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		return true, ""
	}
	_, err = os.Stat(filepath.Join(root, first))
	file := slices.Contains([]string{".go", ".md", ".yaml", ".yml", ".mk", ".sh", ".tf", ".gotmpl"}, path.Ext(rest))
	if err != nil && !file {
		return false, "" // no path of the checkout: topic/partition, and/or
	}
	return true, "there is no " + code
}

// TestDeadPathsAreFound holds that pages with wrong paths are red.
func TestDeadPathsAreFound(t *testing.T) {
	for code, want := range map[string]bool{
		"harness/judge": true, "harness/judges": false, "harnes/judge/judge.go": false, "./spec/todo": true,
		"mutants/*.yaml": true, "mutants/*.yml": false, "spec/todo/SPEC.md:3": true, "and/or": true, "artifacts/runs": true,
	} {
		if _, why := deadPath(t, code); (why == "") != want {
			t.Errorf("%s: %q", code, why)
		}
	}
	p := page{path: "docs/README.md"}
	for to, want := range map[string]bool{"runs/README.md": true, "runs/REDME.md": false, "../README.md#safety": true, "../README.md#danger": false} {
		if why := deadLink(t, p, to); (why == "") != want {
			t.Errorf("%s: %q", to, why)
		}
	}
}
