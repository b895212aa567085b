package traffic

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"assay.dev/assay/spec"
)

// odd are texts on which something has failed somewhere before: quotes and backslashes,
// markup, text from right to left, characters of several code points, and ones that JSON
// may escape.
var odd = []string{
	`say "hello" \ and / back`, `<script>alert(1)</script> & <b>`, "שלום 123 مرحبا", "👩‍👩‍👧‍👦 e\u0301 ﬃ",
	"null", "0", "{{ .Values }} ${HOME} %s", "a b c", "line\u2028separator\u2029", "'; DROP TABLE state; --",
	"\U0010FFFD\uFFFD",
}

// wide is a character of three bytes in UTF-8, widest one of four, the most that one has.
const (
	wide   = "長"
	widest = "\U0001D11E"
)

// values makes values of fields from one source of random numbers.
type values struct {
	random *rand.Rand
	now    func() time.Time
}

// of makes a value of a field.
func (v values) of(f spec.Field) any {
	switch {
	case len(f.OneOf) > 0:
		return f.OneOf[v.random.IntN(len(f.OneOf))]
	case f.Text != nil:
		return v.text(*f.Text)
	case f.Texts != nil:
		return v.texts(*f.Texts)
	case f.Moment != nil:
		return v.moment(f.Moment.From.Duration, f.Moment.To.Duration)
	}
	return f.Value
}

// text is an ordinary text or an odd one, the largest one among them.
func (v values) text(t spec.Text) string {
	if v.random.Float64() >= t.Odd {
		return v.word(t.Length)
	}
	if n := v.random.IntN(len(odd) + 1); n < len(odd) && len([]rune(odd[n])) <= t.Largest {
		return odd[n]
	}
	return strings.Repeat(wide, t.Largest)
}

// often is how seldom a list is as long, and its texts as long, as the API takes: one in so
// many.
const often = 16

// texts are none, a few, or as many and as long as the API takes; they differ.
func (v values) texts(t spec.Texts) []string {
	n, size := v.random.IntN(t.Most+1), t.Length
	if v.random.IntN(often) == 0 {
		n, size = t.Largest, t.LargestLength
	}
	all := make([]string, 0, n)
	for range n {
		all = append(all, v.word(size))
	}
	return all
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

func (v values) word(size int) string {
	word := make([]byte, size)
	for i := range word {
		word[i] = letters[v.random.IntN(len(letters))]
	}
	return string(word)
}

// moment is a time between from and to from now, which nobody chose before. Half
// of them are in another zone: the same moment, written differently.
func (v values) moment(from, to time.Duration) string {
	at := v.now().Add(from + time.Duration(v.random.Int64N(int64(to-from)))).Truncate(time.Millisecond).UTC()
	if v.random.IntN(2) == 0 {
		at = at.In(time.FixedZone("", 19800)) // +05:30
	}
	return at.Format(time.RFC3339Nano)
}

// largest is the value of a field that is as large as the API takes.
func largest(f spec.Field, now time.Time) any {
	switch {
	case f.Text != nil:
		return strings.Repeat(widest, f.Text.Largest)
	case f.Texts != nil:
		all := make([]string, f.Texts.Largest)
		for n := range all { // which differ
			number := fmt.Sprintf("%02d", n)
			all[n] = number + strings.Repeat(widest, max(0, f.Texts.LargestLength-len(number)))
		}
		return all
	case f.Moment != nil:
		return now.Add(f.Moment.To.Duration).Truncate(time.Second).UTC().Format(time.RFC3339)
	case len(f.OneOf) > 0:
		long := f.OneOf[0]
		for _, one := range f.OneOf {
			if len(fmt.Sprint(one)) > len(fmt.Sprint(long)) {
				long = one
			}
		}
		return long
	}
	return f.Value
}
