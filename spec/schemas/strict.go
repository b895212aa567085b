package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
)

// decode reads raw as one I-JSON value (RFC 7493): valid UTF-8, no lone surrogates,
// no member twice in one object. A number is kept as it is written, as json.Number.
// encoding/json replaces broken text and takes the last of doubled members, so that
// two readers can see two events in the same bytes.
func decode(raw []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	value, err := decodeValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = fmt.Errorf("there is more behind the first value")
		}
		return nil, err
	}
	return value, nil
}

func decodeValue(d *jsontext.Decoder) (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			item, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err := d.ReadToken()
		return list, err
	}
	members := map[string]any{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if members[key], err = decodeValue(d); err != nil {
			return nil, err
		}
	}
	_, err = d.ReadToken()
	return members, err
}

// attributeName is CloudEvents 1.0.2, Naming Conventions.
var attributeName = regexp.MustCompile(`^[a-z0-9]+$`)

// withoutNulls removes the attributes that are null: the JSON Event Format (2.2)
// reads them as absent. The member data is no attribute.
func withoutNulls(event any) any {
	members, ok := event.(map[string]any)
	if !ok {
		return event
	}
	for name, value := range members {
		if value == nil && name != "data" && attributeName.MatchString(name) {
			delete(members, name)
		}
	}
	return members
}
