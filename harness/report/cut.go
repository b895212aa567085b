package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/text/visible"
)

// What readers of JUnit and browsers take, in bytes: libxml2 refuses a text of 10 MB,
// and CI systems refuse files of some more.
const (
	MostAttribute = 4 << 10
	MostText      = 64 << 10
	MostFile      = 5 << 20
)

// detail is how much of a report a file shows: bytes of a text, violations of a
// guarantee, lines of a trace, entries of any other list.
type detail struct{ text, violations, trace, entries int }

// details are tried in their order until a file is small enough.
var details = []detail{
	{MostText, maxViolations, 40, 5000},
	{16 << 10, 6, 40, 1000},
	{4 << 10, 3, 20, 200},
	{1 << 10, 2, 10, 60},
	{256, 1, 0, 20},
	{128, 0, 0, 8},
}

// fitting renders the report in the first detail whose file is at most MostFile.
func (r *Report) fitting(name string, render func(*Report, detail) ([]byte, error)) ([]byte, error) {
	size := 0
	for _, d := range details {
		short, err := r.shortened(d)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		content, err := render(short, d)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		if size = len(content); size <= MostFile {
			return content, nil
		}
	}
	return nil, fmt.Errorf("write %s: it has %d bytes in the least detail, more than %d", name, size, MostFile)
}

// shortened returns a copy with at most the given detail, whose Cut says what is left
// out.
func (r *Report) shortened(d detail) (*Report, error) {
	content, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	short := &Report{}
	if err := json.Unmarshal(content, short); err != nil {
		return nil, err
	}
	s := shortener{detail: d}
	s.experiments(short)
	s.walk(reflect.ValueOf(short).Elem())
	short.Cut = s.summary()
	return short, nil
}

// shortener counts what it leaves out.
type shortener struct {
	detail
	texts, violations, lines, entries int
}

// experiments shortens what a verdict holds most of, and leaves out experiments that
// pass before those that do not.
func (s *shortener) experiments(r *Report) {
	for i := range r.Experiments {
		for j := range r.Experiments[i].Guarantees {
			g := &r.Experiments[i].Guarantees[j]
			s.violations += max(len(g.Violations)-s.detail.violations, 0)
			g.Violations = g.Violations[:min(len(g.Violations), s.detail.violations)]
			for k := range g.Violations {
				v := &g.Violations[k]
				s.lines += max(len(v.Trace)-s.trace, 0)
				v.Trace = v.Trace[:min(len(v.Trace), s.trace)]
			}
		}
	}
	if len(r.Experiments) <= s.detail.entries {
		return
	}
	var first, last []Experiment
	for _, e := range r.Experiments {
		if e.Result == judge.Pass {
			last = append(last, e)
		} else {
			first = append(first, e)
		}
	}
	r.Experiments = slices.Concat(first, last)
}

// walk shortens all texts and lists. The requirements stay: each has its row.
func (s *shortener) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > s.text {
			s.texts++
			v.SetString(cut(v.String(), s.text))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			s.walk(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.walk(v.Field(i))
			}
		}
	case reflect.Slice:
		most := s.detail.entries
		switch v.Type().Elem() {
		case reflect.TypeFor[Requirement](), reflect.TypeFor[Mutant](), reflect.TypeFor[Value](), reflect.TypeFor[Finding]():
			most = v.Len()
		}
		if v.Len() > most {
			s.entries += v.Len() - most
			v.Set(v.Slice(0, most))
		}
		for i := range v.Len() {
			s.walk(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if text := v.MapIndex(key); text.Kind() == reflect.String && text.Len() > s.text {
				s.texts++
				v.SetMapIndex(key, reflect.ValueOf(cut(text.String(), s.text)))
			}
		}
	}
}

// summary is what was left out, in a sentence, or nothing.
func (s *shortener) summary() string {
	var parts []string
	for _, part := range []struct {
		n, most int
		text    string
	}{
		{s.texts, s.text, "%d texts after %d bytes"},
		{s.violations, s.detail.violations, "%d violations (%d of each guarantee are shown)"},
		{s.lines, s.trace, "%d lines of traces (%d of each are shown)"},
		{s.entries, s.detail.entries, "%d entries of lists (%d of each are shown)"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf(part.text, part.n, part.most))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "cut: " + strings.Join(parts, ", ") + "; report.json has all of it"
}

// cut returns at most limit bytes of a text, and says at its end how many it had.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	mark := fmt.Sprintf("… (cut, %d bytes in all)", len(text))
	return strings.ToValidUTF8(text[:max(limit-len(mark), 0)], "") + mark[:min(len(mark), limit)]
}

// shown is a text as a file shows it, in at most limit bytes.
func shown(text string, limit int) string { return cut(visible.Characters(text), limit) }
