package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// most is how many bytes verdict.json has at most, so that every reader takes it.
const most = 5 << 20

// bounded returns a verdict whose JSON has at most that many bytes: v itself if it is
// small, else a copy with shorter texts and fewer violations, whose reasons say so.
func bounded(v *Verdict) (*Verdict, error) {
	for text := 64 << 10; text >= 64; text /= 4 {
		small := *v
		s := shortener{limit: text}
		small.Reasons = s.texts(v.Reasons, 1000)
		small.Guarantees = slices.Clone(v.Guarantees)
		for i := range small.Guarantees {
			g := &small.Guarantees[i]
			g.Text = s.text(g.Text)
			g.Violations = slices.Clone(g.Violations[:min(len(g.Violations), max(text/256, 1))])
			s.cut += len(v.Guarantees[i].Violations) - len(g.Violations)
			for j := range g.Violations {
				x := &g.Violations[j]
				x.Class, x.ID, x.Text, x.Trace = s.text(x.Class), s.text(x.ID), s.text(x.Text), s.texts(x.Trace, 200)
			}
		}
		if s.cut > 0 {
			small.Reasons = append(small.Reasons, fmt.Sprintf("cut: %d texts, lines or violations, so that verdict.json stays below %d bytes", s.cut, most))
		}
		content, err := json.MarshalIndent(&small, "", "  ")
		if err != nil {
			return nil, err
		}
		if len(content) < most {
			return &small, nil
		}
	}
	return nil, fmt.Errorf("it has more than %d bytes without any text", most)
}

// shortener counts what it leaves out.
type shortener struct{ limit, cut int }

func (s *shortener) text(text string) string {
	if len(text) <= s.limit {
		return text
	}
	s.cut++
	return strings.ToValidUTF8(text[:s.limit], "") + fmt.Sprintf("… (cut, %d bytes in all)", len(text))
}

func (s *shortener) texts(all []string, count int) []string {
	s.cut += max(len(all)-count, 0)
	var some []string
	for _, text := range all[:min(len(all), count)] {
		some = append(some, s.text(text))
	}
	return some
}
