package document

import (
	"encoding/json"
	"fmt"
	"strings"
)

// json records each member of a block, in the order in which it is written.
func (p *parser) json(body []string, at int) error {
	decoder := json.NewDecoder(strings.NewReader(strings.Join(body, "\n")))
	w := &memberWalk{p: p, body: body, at: at, decoder: decoder}
	if err := w.value(""); err != nil {
		return fmt.Errorf("%s:%d: the JSON block: %w", p.name, at+1, err)
	}
	return nil
}

type memberWalk struct {
	p       *parser
	body    []string
	at      int
	decoder *json.Decoder
}

// value reads one value from the token stream. Objects with members and lists
// with elements are recorded as a whole and member by member.
func (w *memberWalk) value(path string) error {
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		w.record(path, "{}")
		for w.decoder.More() {
			key, err := w.decoder.Token()
			if err != nil {
				return err
			}
			if err := w.value(dotted(path, fmt.Sprint(key))); err != nil {
				return err
			}
		}
		_, err = w.decoder.Token()
		return err
	case json.Delim('['):
		w.record(path, "[]")
		for i := 0; w.decoder.More(); i++ {
			if err := w.value(fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		_, err = w.decoder.Token()
		return err
	}
	w.record(path, fmt.Sprint(token))
	return nil
}

func (w *memberWalk) record(path, text string) {
	if path == "" {
		return
	}
	upTo := strings.Join(w.body, "\n")[:w.decoder.InputOffset()]
	w.p.cell(Member, path, text, w.at+strings.Count(upTo, "\n"))
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
