package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/spec"
)

//go:embed page/*.gohtml page/style.css page/script.js
var pageFiles embed.FS

// page is the parsed template with the style and the script that go into it.
type page struct {
	template *template.Template
	style    string
	script   string
}

var pages = sync.OnceValues(func() (*page, error) {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return nil, err
	}
	script, err := pageFiles.ReadFile("page/script.js")
	if err != nil {
		return nil, err
	}
	parsed, err := template.New("page.gohtml").Funcs(functions).ParseFS(pageFiles, "page/*.gohtml")
	if err != nil {
		return nil, err
	}
	return &page{parsed, string(style), string(script)}, nil
})

// HTML writes the report as one page that loads nothing. Its content security
// policy lets its own style and script pass by their digests, and nothing else,
// so that not even text which got past the escaping could do anything.
//
// The page has at most MostFile bytes and says what it leaves out. Control characters
// and those that change the direction of text are shown as escapes.
func (r *Report) HTML() ([]byte, error) { return r.fitting("report.html", (*Report).page) }

func (r *Report) page(detail) ([]byte, error) {
	p, err := pages()
	if err != nil {
		return nil, err
	}
	v := newView(r)
	v.Style, v.Script = template.CSS(p.style), template.JS(p.script)
	v.Policy = fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'", digest(p.style), digest(p.script))
	var out bytes.Buffer
	if err := p.template.Execute(&out, v); err != nil {
		return nil, err
	}
	return []byte(visible.Characters(out.String())), nil
}

// digest is the form in which a content security policy names inline content.
func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var functions = template.FuncMap{
	"symbol":      symbol,
	"slug":        slug,
	"prose":       prose,
	"span":        span,
	"percent":     percent,
	"rate":        func(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }, // small ones too
	"value":       func(v Value) string { return valueOr(v, "–") },
	"differ":      differs,
	"join":        strings.Join,
	"stamp":       func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	"short":       shortDigest,
	"part":        func(v *view, e Experiment) experimentView { return experimentView{e, v.Drawings[e.Name]} },
	"idOf":        func(reason string) string { id, _ := splitID(reason); return id },
	"afterID":     func(reason string) string { _, rest := splitID(reason); return rest },
	"otherReason": otherReason,
	"troubled": func(all []judge.Guarantee) []judge.Guarantee {
		return mostSevere(all, func(r judge.Result) bool { return r == judge.Fail || r == judge.Inconclusive })
	},
	"untroubled": func(all []judge.Guarantee) []judge.Guarantee {
		return mostSevere(all, func(r judge.Result) bool { return r != judge.Fail && r != judge.Inconclusive })
	},
	"reasons": reasons,
	"reached": func(all []judge.Situation) []judge.Situation {
		return slices.DeleteFunc(slices.Clone(all), func(s judge.Situation) bool { return s.Reached == 0 && !s.Wanted })
	},
	"shown": func(all []judge.Violation) []judge.Violation { return all[:min(len(all), maxViolations)] },
	"more":  func(g judge.Guarantee) int64 { return max(g.Count-int64(min(len(g.Violations), maxViolations)), 0) },
}

// symbols stand beside every colour: a result must be told apart without one.
var symbols = map[string]string{
	string(judge.Pass): "✓", string(judge.Fail): "✗", string(judge.Inconclusive): "?",
	string(judge.Skipped): "»", string(Waived): "~", string(judge.NotRun): "–", string(NotApplicable): "·", string(NotRecorded): "○",
	string(Killed): "✓", string(Survived): "✗", string(Collateral): "≠", string(Failed): "!",
}

func symbol(result any) string { return symbols[fmt.Sprint(result)] }

// slug makes a text usable as class and as fragment.
func slug(text any) string {
	var b strings.Builder
	for _, r := range fmt.Sprint(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

var (
	codeForm = regexp.MustCompile("`([^`]+)`")
	linkForm = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)
)

// maxViolations is how many violations of a guarantee the page shows; verdict.json
// has more.
const maxViolations = 12

// reasons are why an experiment is not a pass: the most severe reason, and those that
// its list of guarantees does not tell.
func reasons(e Experiment) []string {
	var all []string
	for i, reason := range e.Reasons {
		byGuarantee := slices.ContainsFunc(e.Guarantees, func(g judge.Guarantee) bool { return strings.HasPrefix(reason, g.Name+":") })
		if i == 0 || !byGuarantee {
			all = append(all, reason)
		}
	}
	return all
}

// mostSevere are the guarantees with some results, the mostSevere first.
func mostSevere(all []judge.Guarantee, some func(judge.Result) bool) []judge.Guarantee {
	var chosen []judge.Guarantee
	for _, g := range all {
		if some(g.Result) {
			chosen = append(chosen, g)
		}
	}
	slices.SortStableFunc(chosen, func(a, b judge.Guarantee) int { return gravity(a.Result) - gravity(b.Result) })
	return chosen
}

// differs reports whether a value is what a failed check is about. A check that
// passed may have expected a property, such as "refused", not a value.
func differs(c Check, e Evidence) bool {
	return c.Result == judge.Fail && e.Expected != "" && e.Expected != e.Seen
}

// splitID takes the ID of a requirement off the start of a reason.
func splitID(reason string) (id, rest string) {
	head, _, _ := strings.Cut(strings.SplitN(reason, ":", 2)[0], " ")
	if !spec.IsID(head) {
		return "", reason
	}
	return head, reason[len(head):]
}

// otherReason is a requirement's reason, unless the failure of a check that is shown
// below it starts with the same words.
func otherReason(r Requirement) string {
	for _, c := range r.Checks {
		failed := c.Result == judge.Fail || c.Result == judge.Inconclusive
		if failed && reason(c.Failure) == r.Reason {
			return ""
		}
	}
	return r.Reason
}

// prose shows the little Markdown that sentences have: code. Links lead to files
// of the repository, which a page on its own does not have; their text stays.
func prose(text string) template.HTML {
	escaped := template.HTMLEscapeString(linkForm.ReplaceAllString(text, "$1"))
	return template.HTML(codeForm.ReplaceAllString(escaped, "<code>$1</code>"))
}

func valueOr(v Value, none string) string {
	if math.IsNaN(float64(v)) {
		return none
	}
	return span(float64(v))
}

// shortDigest is the part of a digest that tells it from others.
func shortDigest(text string) string {
	if i := strings.Index(text, "sha256:"); i >= 0 && len(text) >= i+7+12 {
		return text[:i+7+12] + "…"
	}
	return text
}
