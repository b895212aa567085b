package history

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestEveryKindIsEdited repeats, and then takes away, the entries of each kind.
func TestEveryKindIsEdited(t *testing.T) {
	for _, kind := range Kinds() {
		h := sample()
		before := 0
		twice := func(all []json.RawMessage) ([]json.RawMessage, error) {
			before = len(all)
			return append(all, all...), nil
		}
		if err := h.Edit(kind, twice); err != nil || before == 0 {
			t.Errorf("%s: %d entries, %v", kind, before, err)
		}
		after := -1
		none := func(all []json.RawMessage) ([]json.RawMessage, error) { after = len(all); return nil, nil }
		if err := h.Edit(kind, none); err != nil || after != 2*before {
			t.Errorf("%s: %d entries became %d: %v", kind, before, after, err)
		}
	}
}

func TestWhatIsNoEntryIsNotPutIntoAHistory(t *testing.T) {
	h := sample()
	moves := len(h.Moves)
	to := func(raw string) func([]json.RawMessage) ([]json.RawMessage, error) {
		return func([]json.RawMessage) ([]json.RawMessage, error) {
			return []json.RawMessage{json.RawMessage(raw)}, nil
		}
	}
	if err := h.Edit(Moves, to(`{"colour":"red"}`)); err == nil || !strings.Contains(err.Error(), "no entry any more") || len(h.Moves) != moves {
		t.Errorf("%v, %d moves", err, len(h.Moves))
	}
	if err := h.Edit("guesses", to(`{}`)); err == nil || !strings.Contains(err.Error(), "guesses") {
		t.Errorf("%v", err)
	}
}
