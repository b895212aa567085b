// Package document takes a specification in Markdown apart into everything that
// it states: fields, sentences, list items, table cells, JSON members, and the
// texts and arrows of its drawings.
//
// It exists so that the specification itself, not a copy of its values, is what
// requirements are held against: a row that is added to a table is a cell that
// nobody claims, and a test says so. A line of a form that the parser does not
// know is an error for the same reason.
package document

import (
	"fmt"
	"regexp"
	"strings"
)

// Kind is the form in which something is stated.
type Kind string

// The forms.
const (
	Field    Kind = "field"    // **Name**: value
	Sentence Kind = "sentence" // running text
	Item     Kind = "item"     // an entry of a list
	TableKey Kind = "cell"     // a cell of a table
	Member   Kind = "member"   // a member of a JSON block
	Text     Kind = "text"     // a text in a drawing
	Drawn    Kind = "arrow"    // an arrow in a drawing
)

// Cell is one thing that the specification states. Key tells it apart from the
// others of its section and kind; Line is where it stands.
type Cell struct {
	Section string
	Kind    Kind
	Key     string
	Text    string
	Line    int
}

// Table is a table with its header and rows, under the section and the bold
// label that it stands below ("" for none).
type Table struct {
	Section string
	Label   string
	Header  []string
	Rows    [][]string
}

// Arrow leads from one text of a drawing to another.
type Arrow struct{ From, To string }

// Document is a specification, taken apart.
type Document struct {
	Sections []string
	Cells    []Cell
	Tables   []Table
	Arrows   map[string][]Arrow

	boxes map[string][]box
}

// Renamed is the document with other names of its sections.
func (d *Document) Renamed(name func(section string) string) *Document {
	renamed := &Document{Arrows: map[string][]Arrow{}, boxes: map[string][]box{}}
	for _, section := range d.Sections {
		renamed.Sections = append(renamed.Sections, name(section))
	}
	for _, cell := range d.Cells {
		cell.Section = name(cell.Section)
		renamed.Cells = append(renamed.Cells, cell)
	}
	for _, table := range d.Tables {
		table.Section = name(table.Section)
		renamed.Tables = append(renamed.Tables, table)
	}
	for section, arrows := range d.Arrows {
		renamed.Arrows[name(section)] = arrows
	}
	for section, boxes := range d.boxes {
		renamed.boxes[name(section)] = boxes
	}
	return renamed
}

var (
	heading   = regexp.MustCompile(`^#{1,6} (.+)$`)
	boldField = regexp.MustCompile(`^\*\*([^*]+)\*\*: (.+)$`)
	boldLabel = regexp.MustCompile(`^\*\*([^*]+)\*\*:$`)
	tableLine = regexp.MustCompile(`^\|(.+)\|$`)
	tableRule = regexp.MustCompile(`^\|[-| :]+\|$`)
	listEntry = regexp.MustCompile(`^- (.+)$`)
	fence     = regexp.MustCompile("^```([a-z]*)$")
)

type parser struct {
	name    string
	lines   []string
	doc     *Document
	section string
	label   string
	seen    map[string]int
}

// Parse takes a Markdown document apart; name is what errors call it.
func Parse(name, markdown string) (*Document, error) {
	p := &parser{
		name:  name,
		lines: strings.Split(strings.TrimRight(markdown, "\n"), "\n"),
		doc:   &Document{Arrows: map[string][]Arrow{}, boxes: map[string][]box{}},
		seen:  map[string]int{},
	}
	for at := 0; at < len(p.lines); {
		next, err := p.block(at)
		if err != nil {
			return nil, err
		}
		at = next
	}
	return p.doc, nil
}

// block reads what starts at a line and returns the line after it.
func (p *parser) block(at int) (int, error) {
	line := strings.TrimRight(p.lines[at], " ")
	switch {
	case line == "" || line == "---":
	case heading.MatchString(line):
		p.section, p.label = heading.FindStringSubmatch(line)[1], ""
		p.doc.Sections = append(p.doc.Sections, p.section)
	case boldField.MatchString(line):
		m := boldField.FindStringSubmatch(line)
		p.cell(Field, m[1], m[2], at)
	case boldLabel.MatchString(line):
		p.label = boldLabel.FindStringSubmatch(line)[1]
	case fence.MatchString(line):
		return p.code(at, fence.FindStringSubmatch(line)[1])
	case tableLine.MatchString(line):
		return p.table(at)
	case listEntry.MatchString(line):
		text := listEntry.FindStringSubmatch(line)[1]
		p.cell(Item, p.under(text), text, at)
	case regexp.MustCompile(`^[A-Z].*\.$`).MatchString(line):
		for _, s := range sentences(line) {
			p.cell(Sentence, s, s, at)
		}
	default:
		return 0, fmt.Errorf("%s:%d: a line of unknown form, which no requirement could claim: %q", p.name, at+1, line)
	}
	return at + 1, nil
}

// cell records something stated. A key that occurs again in its section gets a
// number, so that each occurrence has to be claimed.
func (p *parser) cell(kind Kind, key, text string, at int) {
	id := p.section + "\x00" + string(kind) + "\x00" + key
	p.seen[id]++
	if n := p.seen[id]; n > 1 {
		key = fmt.Sprintf("%s #%d", key, n)
	}
	p.doc.Cells = append(p.doc.Cells, Cell{p.section, kind, key, text, at + 1})
}

func (p *parser) under(key string) string {
	if p.label == "" {
		return key
	}
	return p.label + "/" + key
}

func (p *parser) table(at int) (int, error) {
	table := Table{Section: p.section, Label: p.label, Header: columns(p.lines[at])}
	if at+1 >= len(p.lines) || !tableRule.MatchString(p.lines[at+1]) {
		return 0, fmt.Errorf("%s:%d: a table needs a line of dashes under its header", p.name, at+1)
	}
	at += 2
	for ; at < len(p.lines) && tableLine.MatchString(p.lines[at]); at++ {
		row := columns(p.lines[at])
		if len(row) != len(table.Header) {
			return 0, fmt.Errorf("%s:%d: the row has %d cells, the header %d", p.name, at+1, len(row), len(table.Header))
		}
		for i, text := range row {
			p.cell(TableKey, p.under(row[0]+"/"+table.Header[i]), text, at)
		}
		table.Rows = append(table.Rows, row)
	}
	p.doc.Tables = append(p.doc.Tables, table)
	return at, nil
}

func columns(line string) []string {
	parts := strings.Split(strings.Trim(line, "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// sentences splits running text at full stops that are followed by a space.
func sentences(text string) []string {
	var list []string
	for _, s := range strings.SplitAfter(text, ". ") {
		list = append(list, strings.TrimSpace(s))
	}
	return list
}

// code reads a fenced block: JSON, or a drawing when it names no language.
func (p *parser) code(at int, lang string) (int, error) {
	end := at + 1
	for end < len(p.lines) && p.lines[end] != "```" {
		end++
	}
	if end == len(p.lines) {
		return 0, fmt.Errorf("%s:%d: the code block is never closed", p.name, at+1)
	}
	body := p.lines[at+1 : end]
	var err error
	switch lang {
	case "json":
		err = p.json(body, at+1)
	case "":
		err = p.drawing(body, at+1)
	default:
		err = fmt.Errorf("%s:%d: a code block in %s, which no requirement could claim", p.name, at+1, lang)
	}
	return end + 1, err
}

// Table returns the table under a section and label, or false.
func (d *Document) Table(section, label string) (Table, bool) {
	for _, t := range d.Tables {
		if t.Section == section && t.Label == label {
			return t, true
		}
	}
	return Table{}, false
}

// Column returns the cells of one column, top to bottom.
func (t Table) Column(header string) []string {
	for i, h := range t.Header {
		if h == header {
			cells := make([]string, len(t.Rows))
			for j, row := range t.Rows {
				cells[j] = row[i]
			}
			return cells
		}
	}
	return nil
}

// Members returns the paths and values of a section's JSON block.
func (d *Document) Members(section string) map[string]string {
	members := map[string]string{}
	for _, c := range d.Cells {
		if c.Section == section && c.Kind == Member {
			members[c.Key] = c.Text
		}
	}
	return members
}

// Texts returns the texts of a section's drawing, in reading order.
func (d *Document) Texts(section string) []string {
	var texts []string
	for _, c := range d.Cells {
		if c.Section == section && c.Kind == Text {
			texts = append(texts, c.Text)
		}
	}
	return texts
}
