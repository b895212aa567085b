package traffic

import (
	"math/rand/v2"
	"strings"
	"time"
)

// Bounds of the API, in characters and items.
const (
	maxTitle = 200
	maxTags  = 20
	maxTag   = 50
)

// fields are the members of a task that a client decides.
type fields struct {
	Title             string     `json:"title"`
	Priority          string     `json:"priority"`
	DueDate           *time.Time `json:"due_date"`
	RemindAt          *time.Time `json:"remind_at"`
	RecurrencePattern *string    `json:"recurrence_pattern"`
	Tags              []string   `json:"tags"`
}

// titles are what has gone wrong somewhere before: quotes and backslashes,
// markup, text from right to left, characters of several code points, ones that
// JSON may escape, and the longest title.
var titles = []string{
	`say "hello" \ and / back`, `<script>alert(1)</script> & <b>`, "שלום 123 مرحبا", "👩‍👩‍👧‍👦 e\u0301 ﬃ",
	"null", "0", "{{ .Values }} ${HOME} %s", "a b c", "line\u2028separator\u2029", "'; DROP TABLE state; --",
	strings.Repeat("長", maxTitle), "\U0010FFFD\uFFFD",
}

// content makes what tasks hold, from one source of random numbers.
type content struct {
	random  *rand.Rand
	profile Profile
	now     func() time.Time
}

// make makes the fields of a task, and how many reminders they schedule beside
// those of before.
func (c content) make(before fields) (fields, int) {
	f := fields{
		Title: c.title(), Priority: []string{"low", "medium", "high"}[c.random.IntN(3)],
		Tags: c.tags(), DueDate: before.DueDate, RemindAt: before.RemindAt,
		RecurrencePattern: before.RecurrencePattern,
	}
	reminders := 0
	if c.random.Float64() < c.profile.Reminders {
		f.DueDate = c.moment(time.Hour, 400*24*time.Hour)
		reminders++
		if c.random.IntN(3) == 0 {
			f.RemindAt = c.moment(time.Minute, 30*24*time.Hour)
			reminders++
		}
	}
	return f, reminders
}

func (c content) title() string {
	if c.random.IntN(4) == 0 {
		return titles[c.random.IntN(len(titles))]
	}
	return c.word(c.profile.TitleSize)
}

// tags are none, a few, or as many and as long as the API takes; they differ.
func (c content) tags() []string {
	n, size := c.random.IntN(4), 8
	if c.random.IntN(16) == 0 {
		n, size = maxTags, maxTag
	}
	tags := make([]string, 0, n)
	for range n {
		tags = append(tags, c.word(size))
	}
	return tags
}

// patterns are all that the API knows, the shortest and the longest way of writing.
var patterns = []string{"daily", "weekly", "monthly", "yearly", "FREQ=DAILY;INTERVAL=999", "FREQ=MONTHLY;INTERVAL=2"}

// recurring makes some new tasks come again.
func (c content) recurring(f fields) fields {
	if c.random.Float64() < c.profile.Recurring {
		f.RecurrencePattern = &patterns[c.random.IntN(len(patterns))]
	}
	return f
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

func (c content) word(size int) string {
	word := make([]byte, size)
	for i := range word {
		word[i] = letters[c.random.IntN(len(letters))]
	}
	return string(word)
}

// moment is a time between from and to from now, which nobody chose before. Half
// of them are in another zone: the same moment, written differently.
func (c content) moment(from, to time.Duration) *time.Time {
	at := c.now().Add(from + time.Duration(c.random.Int64N(int64(to-from)))).Truncate(time.Millisecond).UTC()
	if c.random.IntN(2) == 0 {
		at = at.In(time.FixedZone("", 19800)) // +05:30
	}
	return &at
}
