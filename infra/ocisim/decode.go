package ocisim

import (
	"bytes"
	"encoding/json"
	"slices"
)

// decode reads a create's body. Fields that the emulated API does not know are
// refused: an emulator that ignores them would call a wrong configuration right.
func decode[T any, P entity[T]](body map[string]json.RawMessage, allowed []string) (P, error) {
	if err := onlyKnown(body, allowed); err != nil {
		return nil, err
	}
	return fromBody[T, P](body)
}

// overlay returns a copy of old with the body's fields put over it. Objects in
// nested are merged field by field, everything else is replaced.
func overlay[T any, P entity[T]](old P, body map[string]json.RawMessage, allowed, nested []string) (P, error) {
	if err := onlyKnown(body, allowed); err != nil {
		return nil, err
	}
	content, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	merged := map[string]json.RawMessage{}
	if err := json.Unmarshal(content, &merged); err != nil {
		return nil, err
	}
	for field, value := range body {
		if slices.Contains(nested, field) {
			if value, err = mergeObject(merged[field], value); err != nil {
				return nil, invalid("%s: %v", field, err)
			}
		}
		merged[field] = value
	}
	return fromBody[T, P](merged)
}

func mergeObject(old, update json.RawMessage) (json.RawMessage, error) {
	merged := map[string]json.RawMessage{}
	for _, layer := range []json.RawMessage{old, update} {
		if len(layer) == 0 || bytes.Equal(layer, []byte("null")) {
			continue
		}
		if err := json.Unmarshal(layer, &merged); err != nil {
			return nil, err
		}
	}
	return json.Marshal(merged)
}

func onlyKnown(body map[string]json.RawMessage, allowed []string) error {
	for field, value := range body {
		// The SDK writes what it was not given as null or as an empty map.
		if bytes.Equal(value, []byte("null")) || bytes.Equal(value, []byte("{}")) {
			delete(body, field)
			continue
		}
		if !slices.Contains(allowed, field) {
			return invalid("field %s is not known here or may not be changed", field)
		}
	}
	return nil
}

func fromBody[T any, P entity[T]](body map[string]json.RawMessage) (P, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	item := new(T)
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(item); err != nil {
		return nil, invalid("%v", err)
	}
	return item, nil
}

func toFields(item any) (map[string]any, error) {
	content, err := json.Marshal(item)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(content, &fields); err != nil {
		return nil, err
	}
	return fields, nil
}
