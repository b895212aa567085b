package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// properties builds the text of a java.util.Properties file.
type properties struct{ text strings.Builder }

// set writes one entry. Kafka's and ZooKeeper's keys need no escaping; a value
// is escaped so that whatever it holds is read back and no entry can be
// smuggled in by a line break.
func (p *properties) set(key string, value any) {
	fmt.Fprintf(&p.text, "%s=%s\n", escapeKey.Replace(key), escapeValue(fmt.Sprint(value)))
}

// setAll writes entries sorted by key, so that equal maps give equal texts.
func (p *properties) setAll(entries map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		p.set(key, entries[key])
	}
}

func (p *properties) String() string { return p.text.String() }

var (
	escapeKey = strings.NewReplacer(
		"\\", "\\\\", "\n", "\\n", "\r", "\\r", "\t", "\\t", " ", "\\ ", "=", "\\=", ":", "\\:", "#", "\\#", "!", "\\!")
	escapeText = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r", "\t", "\\t")
)

func escapeValue(value string) string {
	escaped := escapeText.Replace(value)
	if strings.HasPrefix(escaped, " ") {
		// leading blanks would be skipped
		return "\\" + escaped
	}
	return escaped
}
