package spec

// Field is a member of an object that a client decides. How its values are made is one of
// Value, OneOf, Text, Texts and Moment.
type Field struct {
	Name string `yaml:"name"`
	// Value is always the same.
	Value any `yaml:"value,omitempty"`
	// OneOf are values of which one is chosen.
	OneOf []any `yaml:"oneOf,omitempty"`
	// Text is a text of letters and digits.
	Text *Text `yaml:"text,omitempty"`
	// Texts are none to so many texts, which differ.
	Texts *Texts `yaml:"texts,omitempty"`
	// Moment is a time so long after now.
	Moment *Moment `yaml:"moment,omitempty"`
	// Share is the share of requests that give the field a value, 0 to 1; without it all
	// do. Where they do not, it keeps what it had, or has none.
	Share float64 `yaml:"share,omitempty"`
	// Once says that the value is chosen when the object is made and stays.
	Once bool `yaml:"once,omitempty"`
}

// Text is of so many characters. Largest is how many the API takes; a share of texts is of
// odd ones, which something somewhere has failed on.
type Text struct {
	Length  int     `yaml:"length"`
	Largest int     `yaml:"largest"`
	Odd     float64 `yaml:"odd,omitempty"`
}

// Texts are at most so many texts of so many characters each, and at most so many as the
// API takes.
type Texts struct {
	Most          int `yaml:"most"`
	Length        int `yaml:"length"`
	Largest       int `yaml:"largest"`
	LargestLength int `yaml:"largestLength"`
}

// Moment is a time between so long and so long after now.
type Moment struct {
	From Duration `yaml:"from"`
	To   Duration `yaml:"to"`
}

func (c *checker) field(path string, f Field) {
	ways := 0
	for _, way := range []bool{f.Value != nil, len(f.OneOf) > 0, f.Text != nil, f.Texts != nil, f.Moment != nil} {
		if way {
			ways++
		}
	}
	if ways != 1 {
		c.add("%s: %d ways to make its value; use one of value, oneOf, text, texts, moment", path, ways)
	}
	if f.Share < 0 || f.Share > 1 {
		c.add("%s.share: %g is not between 0 and 1", path, f.Share)
	}
	if t := f.Text; t != nil && (t.Length < 1 || t.Length > t.Largest || t.Odd < 0 || t.Odd > 1) {
		c.add("%s.text: %d of at most %d characters, %g of them odd; use 1 ≤ length ≤ largest and a share", path, t.Length, t.Largest, t.Odd)
	}
	if t := f.Texts; t != nil && (t.Most < 0 || t.Most > t.Largest || t.Length < 1 || t.Length > t.LargestLength) {
		c.add("%s.texts: %d of at most %d texts of %d of at most %d characters", path, t.Most, t.Largest, t.Length, t.LargestLength)
	}
	if m := f.Moment; m != nil && m.From.Duration >= m.To.Duration {
		c.add("%s.moment: from %s to %s is no time", path, m.From, m.To)
	}
}
