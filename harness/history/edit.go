package history

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Edit hands the entries of a kind to change as JSON, and replaces them by what it
// returns. The error is that of change, a kind that nobody knows, or JSON that is no
// entry of the kind; then nothing is replaced.
func (h *History) Edit(kind Kind, change func([]json.RawMessage) ([]json.RawMessage, error)) error {
	for _, r := range table {
		if r.kind == kind {
			return r.edit(h, change)
		}
	}
	return fmt.Errorf("a history has no entries of the kind %q", string(kind))
}

// edit is Edit for the list of one kind.
func edit[E Entry](list *[]E, change func([]json.RawMessage) ([]json.RawMessage, error)) error {
	raws := make([]json.RawMessage, len(*list))
	for i := range *list {
		var err error
		if raws[i], err = json.Marshal((*list)[i]); err != nil {
			return fmt.Errorf("write an entry: %w", err)
		}
	}
	raws, err := change(raws)
	if err != nil {
		return err
	}
	changed := make([]E, len(raws))
	for i := range raws {
		decoder := json.NewDecoder(bytes.NewReader(raws[i]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&changed[i]); err != nil {
			return fmt.Errorf("what was changed is no entry any more: %w", err)
		}
	}
	*list = changed
	return nil
}
