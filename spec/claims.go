package spec

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec/document"
	"assay.dev/assay/spec/schemas"
)

//go:embed claims.yaml
var claimsOfTables []byte

// Claim ties one thing that the document states to the requirements that check it.
// Kind and Key are those of package document.
type Claim struct {
	Section string
	Kind    string
	Key     string
	Text    string
	IDs     []string
	// Phrases is what the sentences of Values have to say: the value of a table's cell, or
	// what a member of an event is.
	Phrases []string
	Values  []string
	// InRows says that the table's rows have to claim the requirements, too: this is the
	// explanation of a column.
	InRows bool
}

// areaClaims are the claims on the tables of an area, as claims.yaml writes them.
type areaClaims struct {
	Area string `yaml:"area"`
	// Attributes are the rows of the table that stands below no label.
	Attributes map[string][]string `yaml:"attributes,omitempty"`
	// Table is the label of the table whose Columns these are, and rows are those of
	// the platform.
	Table   string              `yaml:"table,omitempty"`
	Columns map[string][]string `yaml:"columns,omitempty"`
}

// deriveClaims claims the cells of tables and of JSON examples, which nobody writes down.
func (s *Spec) deriveClaims(doc *document.Document) ([]Claim, error) {
	var file struct {
		Areas []areaClaims `yaml:"areas"`
	}
	if err := decodeStrict("claims.yaml", claimsOfTables, &file); err != nil {
		return nil, err
	}
	families := map[string]string{}
	for _, e := range s.Events {
		families[s.Section("event."+Slug(e.Family))] = Slug(e.Family)
	}
	var all []Claim
	for _, cell := range doc.Cells {
		claim := Claim{Section: cell.Section, Kind: string(cell.Kind), Key: cell.Key, Text: cell.Text}
		family, isEvent := families[cell.Section]
		switch {
		case cell.Kind == document.Member && isEvent:
			claim.IDs = s.claimed("event." + family + "." + memberSlug(cell.Key))
			if !strings.HasSuffix(cell.Key, "]") { // an element is a part of what its list is
				claim.Values, claim.Phrases = claim.IDs, phrasesOf(cell.Text)
			}
		case cell.Kind == document.TableKey:
			for _, area := range file.Areas {
				if s.Section(area.Area) == cell.Section {
					s.claimCell(&claim, area)
				}
			}
		}
		if len(claim.IDs) > 0 {
			all = append(all, claim)
		}
	}
	return all, nil
}

// claimCell claims a cell by the tables of an area.
func (s *Spec) claimCell(claim *Claim, area areaClaims) {
	at := strings.LastIndex(claim.Key, "/")
	row, column := claim.Key[:at], claim.Key[at+1:]
	if label, below := area.Table+"/", strings.HasPrefix(row, area.Table+"/"); area.Table != "" && below {
		row = strings.TrimPrefix(row, label)
	} else if area.Table != "" || len(area.Columns) == 0 {
		for _, template := range area.Attributes[row] {
			claim.IDs = append(claim.IDs, s.ofTemplate(template)...)
			claim.InRows = claim.InRows || len(area.Columns) > 0 && brace.MatchString(template)
			if column == "Value" {
				claim.Values, claim.Phrases = claim.IDs, []string{claim.Text}
			}
		}
		return
	}
	slug := Slug(row)
	if slug == "" {
		slug = "root"
	}
	for _, template := range area.Columns[column] {
		claim.IDs = append(claim.IDs, s.claimed(brace.ReplaceAllString(template, slug))...)
	}
	if column != "Purpose" {
		claim.Values, claim.Phrases = claim.IDs, []string{claim.Text}
	}
}

// typeWords are the words by which a document's JSON examples name types.
var typeWords = map[string]string{
	"uuid": "a UUID", "ISO8601": "an ISO 8601 timestamp", "string": "a string", "boolean": "a boolean",
	"integer": "an integer", "number": "a number", "null": "null", "{}": "an object", "[]": "a list",
}

// phrasesOf is what a sentence says of a member whose example has this text, in either
// of two forms: a list may say what it is of.
func phrasesOf(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, "|") {
		word, known := typeWords[part]
		if !known {
			word = "`" + part + "`"
		}
		parts = append(parts, word)
	}
	phrase := "MUST have " + schemas.OneOf(parts)
	return []string{phrase + " as ", phrase + " of "}
}

var (
	brace = regexp.MustCompile(`\{[a-z]+\}`)
	index = regexp.MustCompile(`\[[0-9]+\]`)
)

// memberSlug is the path of a member of JSON as a part of an ID; an element of a list
// belongs to the list.
func memberSlug(key string) string {
	parts := strings.Split(index.ReplaceAllString(key, ""), ".")
	for i, part := range parts {
		parts[i] = Slug(part)
	}
	return strings.Join(parts, ".")
}

// claimed is the ID if there is such a requirement, else nothing.
func (s *Spec) claimed(id string) []string {
	if _, ok := s.Lookup(id); !ok {
		return nil
	}
	return []string{id}
}

// ofTemplate are the requirements of a template that the document itself states.
func (s *Spec) ofTemplate(template string) []string {
	var ids []string
	for _, r := range s.Requirements {
		if r.Template == template && !r.Derived {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// mergeClaims puts what is written by hand over what is derived, in the order of the
// document; one that the document does not state comes last.
func mergeClaims(doc *document.Document, derived, written []Claim) []Claim {
	key := func(section, kind, key string) string { return section + "\x00" + kind + "\x00" + key }
	place := map[string]int{}
	for i, cell := range doc.Cells {
		place[key(cell.Section, string(cell.Kind), cell.Key)] = i
	}
	at, all := map[string]int{}, slices.Clone(derived)
	for i, c := range all {
		at[key(c.Section, c.Kind, c.Key)] = i
	}
	for _, c := range written {
		if i, both := at[key(c.Section, c.Kind, c.Key)]; both {
			all[i].IDs = append(slices.Clone(all[i].IDs), c.IDs...)
			continue
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Claim) int {
		return order(place, key(a.Section, a.Kind, a.Key)) - order(place, key(b.Section, b.Kind, b.Key))
	})
	return all
}

func order(place map[string]int, key string) int {
	if at, stated := place[key]; stated {
		return at
	}
	return len(place)
}
