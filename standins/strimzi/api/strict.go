package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	kjson "sigs.k8s.io/json"
)

// decodeStrict fills into from raw and returns what did not fit, sorted.
func decodeStrict(raw []byte, into any) []string {
	strict, err := kjson.UnmarshalStrict(raw, into)
	var problems []string
	if err != nil {
		problems = append(problems, strings.TrimPrefix(err.Error(), "json: "))
	}
	for _, s := range strict {
		problems = append(problems, s.Error())
	}
	slices.Sort(problems)
	return problems
}

// ConfigStrings turns the free-form configuration of a resource into the
// strings that Kafka and ZooKeeper read. Strings are taken as they are,
// numbers and booleans as they are written, lists of those joined by commas.
// Anything else is an error that names the key.
func ConfigStrings(config map[string]apiextensionsv1.JSON) (map[string]string, error) {
	values := make(map[string]string, len(config))
	for key, raw := range config {
		value, err := configString(raw.Raw)
		if err != nil {
			return nil, fmt.Errorf("config %q: %w", key, err)
		}
		values[key] = value
	}
	return values, nil
}

func configString(raw []byte) (string, error) {
	text := strings.TrimSpace(string(raw))
	switch {
	case text == "" || text == "null":
		return "", fmt.Errorf("has no value; give a string, a number or a boolean, or leave the key out")
	case text[0] == '{':
		return "", fmt.Errorf("is an object; give a string, a number or a boolean")
	case text[0] == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", fmt.Errorf("is not a JSON string: %w", err)
		}
		return s, nil
	case text[0] == '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return "", fmt.Errorf("is not a JSON list: %w", err)
		}
		return joinItems(items)
	default:
		return text, nil
	}
}

func joinItems(items []json.RawMessage) (string, error) {
	parts := make([]string, 0, len(items))
	for _, item := range items {
		if len(item) > 0 && item[0] == '[' {
			return "", fmt.Errorf("is a list of lists; give a list of strings")
		}
		part, err := configString(item)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ","), nil
}
