package schemas

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// place returns the first example of the task events with a value in a member.
func place(t *testing.T, member, value string) []byte {
	t.Helper()
	var event map[string]json.RawMessage
	if err := json.Unmarshal(reference(t).Examples(taskEvent)[0].Raw, &event); err != nil {
		t.Fatal(err)
	}
	event[member] = json.RawMessage(value)
	var raw bytes.Buffer
	for name, value := range event {
		raw.WriteString(`,"` + name + `":`)
		raw.Write(value)
	}
	return []byte("{" + raw.String()[1:] + "}")
}

// memberOf is a member of a task event that is of a type of the grammar.
var memberOf = map[string]string{
	"String": "tenant", "Integer": "sequence", "Attribute": "anyextension",
	"Timestamp": "time", "URI": "dataschema", "UUID": "id",
}

func TestTheGrammarDecidesWhatAnAttributeMayHold(t *testing.T) {
	for _, kind := range AttributeTypes() {
		if len(kind.Accepts) == 0 || len(kind.Rejects) == 0 || kind.Source == "" || memberOf[kind.Name] == "" {
			t.Errorf("the type %s is not complete", kind.Name)
		}
		for _, value := range kind.Accepts {
			if err := reference(t).Validate(taskEvent, place(t, memberOf[kind.Name], value)); err != nil {
				t.Errorf("%s %s: %v", kind.Name, value, err)
			}
		}
		for _, value := range kind.Rejects {
			if reference(t).Validate(taskEvent, place(t, memberOf[kind.Name], value)) == nil {
				t.Errorf("%s %s is accepted", kind.Name, value)
			}
		}
	}
}

func TestANullAttributeIsAbsent(t *testing.T) {
	for _, name := range []string{"subject", "dataschema", "traceparent", "tracestate", "expiration", "anyextension"} {
		if err := reference(t).Validate(taskEvent, place(t, name, "null")); err != nil {
			t.Errorf("%s: null: %v", name, err)
		}
	}
	for _, name := range []string{"specversion", "id", "time", "source", "type", "datacontenttype", "data", "Not_An_Attribute"} {
		if reference(t).Validate(taskEvent, place(t, name, "null")) == nil {
			t.Errorf("%s: null is accepted", name)
		}
	}
}

func TestANumberIsNoText(t *testing.T) {
	for member, value := range map[string]string{"specversion": "1.0", "type": "1", "source": "1"} {
		if reference(t).Validate(taskEvent, place(t, member, value)) == nil {
			t.Errorf("%s: %s is accepted", member, value)
		}
	}
}

func TestOnlyOneReadingOfTheBytesIsPossible(t *testing.T) {
	base := string(reference(t).Examples(taskEvent)[0].Raw)
	for name, raw := range map[string]string{
		"a doubled attribute":      strings.Replace(base, `"id":`, `"id":"x","id":`, 1),
		"a doubled member of data": strings.Replace(base, `"title":`, `"title":"x","title":`, 1),
		"doubled by an escape":     strings.Replace(base, `"title":`, `"\u0074itle":"x","title":`, 1),
		"invalid UTF-8":            strings.Replace(base, `Water`, "\xff", 1),
		"an overlong encoding":     strings.Replace(base, `Water`, "\xc0\x80", 1),
		"a lone surrogate":         strings.Replace(base, `Water`, `\ud800`, 1),
		"an encoded surrogate":     strings.Replace(base, `Water`, "\xed\xa0\x80", 1),
		"a byte order mark":        "\ufeff" + base,
	} {
		if reference(t).Validate(taskEvent, []byte(raw)) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := reference(t).Validate(taskEvent, []byte(strings.Replace(base, `Water`, `\ud83c\udf31\u0000`, 1))); err != nil {
		t.Errorf("text of data may hold any character: %v", err)
	}
}
