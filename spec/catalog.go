package spec

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

//go:embed catalog/*.yaml
var catalog embed.FS

// Template makes one requirement for each row of a table.
type Template struct {
	// ID is a path of dots between slugs; {x} stands for a row's name x.
	ID string `yaml:"id"`
	// For names the table, empty for what holds once for the platform.
	For   string `yaml:"for,omitempty"`
	Level Level  `yaml:"level"`
	// Sentence and Why are Go templates (text/template), executed on the row.
	Sentence string `yaml:"sentence"`
	// Area is the part of a specification that the requirement belongs to; the
	// specification says which section of its document that is. {x} is as in ID.
	Area    string   `yaml:"area"`
	Suite   Suite    `yaml:"suite"`
	Targets []Target `yaml:"targets"`
	Derived bool     `yaml:"derived,omitempty"`
	Why     string   `yaml:"why,omitempty"`
}

// loadTemplates reads the templates of all families, FAMILY.yaml each.
func loadTemplates(files fs.FS) ([]Template, error) {
	names, err := fs.Glob(files, "catalog/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the templates: %w", err)
	}
	var all []Template
	var problems Problems
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the templates: %w", err)
		}
		var file struct {
			Templates []Template `yaml:"templates"`
		}
		if err := decodeStrict(name, raw, &file); err != nil {
			problems = append(problems, err.Error())
			continue
		}
		for _, t := range file.Templates {
			if family := strings.TrimSuffix(path.Base(name), ".yaml"); !strings.HasPrefix(t.ID, family+".") {
				problems = append(problems, fmt.Sprintf("%s: %s does not belong to the family %s of this file", name, t.ID, family))
			}
		}
		all = append(all, file.Templates...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return all, nil
}

// expand makes the requirements of the templates for the tables of s.
func (s *Spec) expand(templates []Template) ([]Requirement, error) {
	var all []Requirement
	var problems Problems
	for _, t := range templates {
		rows, known := tables[t.For]
		if !known {
			problems = append(problems, fmt.Sprintf("catalog: %s is for the unknown table %q", t.ID, t.For))
			continue
		}
		for _, row := range rows(s) {
			r, err := t.expand(s, row)
			if err != nil {
				problems = append(problems, fmt.Sprintf("catalog: %s: %v", t.ID, err))
			}
			all = append(all, r)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return all, nil
}

func (t Template) expand(s *Spec, row Row) (Requirement, error) {
	r := Requirement{
		ID: row.Fill(t.ID), Level: t.Level, Area: row.Fill(t.Area), Suite: t.Suite, Targets: t.Targets, Derived: t.Derived,
		Template: t.ID, Row: row.Value,
	}
	var err error
	if r.Sentence, err = s.Execute(t.Sentence, row.Value); err != nil {
		return r, err
	}
	r.Why, err = s.Execute(t.Why, row.Value)
	return r, err
}

// Execute fills a text (text/template) from the row of a table; $p is the platform.
func (s *Spec) Execute(text string, row any) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	platform := template.FuncMap{"platform": func() *Spec { return s }}
	parsed, err := template.New("").Funcs(words).Funcs(platform).Parse("{{$p := platform}}" + text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := parsed.Execute(&out, row); err != nil {
		return "", err
	}
	return out.String(), nil
}

// words are the functions of texts.
var words = template.FuncMap{
	"count": func(n int, one string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %ss", n, one)
	},
	"days": func(d Duration) string {
		for _, unit := range []struct {
			name string
			time.Duration
		}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
			switch {
			case d.Duration == unit.Duration:
				return "1 " + unit.name
			case d.Duration%unit.Duration == 0:
				return fmt.Sprintf("%d %ss", d.Duration/unit.Duration, unit.name)
			}
		}
		return d.String()
	},
	"respelled": Quantity.respelled,
	"millis":    func(q Quantity) string { return fmt.Sprintf("%dm", q.Milli()) },
	"plus": func(q Quantity, more string) (string, error) {
		step, err := resource.ParseQuantity(more)
		if err != nil {
			return "", err
		}
		sum := q.DeepCopy()
		sum.Add(step)
		return sum.String(), nil
	},
	"less": func(n int64, step int64) int64 { return n - step },
	"last": func(list any) (any, error) {
		v := reflect.ValueOf(list)
		if v.Kind() != reflect.Slice || v.Len() == 0 {
			return nil, errors.New("an empty list has no last")
		}
		return v.Index(v.Len() - 1).Interface(), nil
	},
	// other is a text of the same length, with another last digit.
	"other": func(text string) string {
		last := text[len(text)-1]
		return text[:len(text)-1] + string('0'+(last-'0'+1)%10)
	},
	"slug":  Slug,
	"lower": strings.ToLower,
	"add":   func(a, b int) int { return a + b },
}

// respelled is the same quantity, written differently.
func (q Quantity) respelled() string {
	for _, text := range []string{strconv.FormatInt(q.Value(), 10), fmt.Sprintf("%dm", q.Milli())} {
		if same, err := resource.ParseQuantity(text); err == nil && same.Cmp(q.Quantity) == 0 && text != q.String() {
			return text
		}
	}
	return q.AsDec().String()
}

var noSlug = regexp.MustCompile(`[^a-z0-9]+`)

// Slug is a name as a part of an ID: lower-case letters and digits, with dashes in the
// place of everything else.
func Slug(name string) string {
	return strings.Trim(noSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}
