package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// stockCounted is the type of the events that are counted.
const stockCounted = "stock.counted"

// largest is how many bytes of an event are read.
const largest = 1 << 20

var (
	attributeName = regexp.MustCompile(`^[a-z0-9]+$`)
	uuid          = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	instant       = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$`)
)

type event struct{ ID string }

type rule func(raw json.RawMessage) error

// attributes are the rules of the envelope (CloudEvents 1.0.2, JSON Event Format), true
// for those that every event has.
var attributes = map[string]struct {
	required bool
	rule     rule
}{
	"specversion":     {true, exactly("1.0")},
	"type":            {true, exactly(stockCounted)},
	"source":          {true, exactly("warehouse")},
	"id":              {true, matches(uuid)},
	"time":            {true, timestamp},
	"data":            {true, stock},
	"datacontenttype": {false, exactly("application/json")},
	"subject":         {false, filled},
	"dataschema":      {false, absoluteURI},
}

// read reads an event, and refuses one that its specification does not admit.
func read(r *http.Request) (event, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, largest))
	if err != nil {
		return event{}, err
	}
	members, err := object(raw)
	if err != nil {
		return event{}, err
	}
	for name, of := range attributes {
		if _, there := members[name]; of.required && !there {
			return event{}, fmt.Errorf("%s is missing", name)
		}
	}
	for name, value := range members {
		of, known := attributes[name]
		check := of.rule
		if !known {
			if !attributeName.MatchString(name) {
				return event{}, fmt.Errorf("%q is no name of an attribute", name)
			}
			check = extension
		}
		if err := check(value); err != nil {
			return event{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	id, err := text(members["id"])
	return event{ID: id}, err
}

// object reads a JSON object, and nothing after it. A member that is null is absent.
func object(raw []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	for name, value := range members {
		if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
			delete(members, name)
		}
	}
	return members, nil
}

// text reads a string of CloudEvents: it has no control characters and no noncharacters.
func text(raw json.RawMessage) (string, error) {
	var value string
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", err
	}
	for _, r := range value {
		if unicode.IsControl(r) || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe {
			return "", errors.New("it has a character that no text of an event has")
		}
	}
	return value, nil
}

func exactly(want string) rule {
	return func(raw json.RawMessage) error {
		value, err := text(raw)
		if err == nil && value != want {
			err = fmt.Errorf("it is %q, want %q", value, want)
		}
		return err
	}
}

func matches(pattern *regexp.Regexp) rule {
	return func(raw json.RawMessage) error {
		value, err := text(raw)
		if err == nil && !pattern.MatchString(value) {
			err = fmt.Errorf("it does not match %s", pattern)
		}
		return err
	}
}

func filled(raw json.RawMessage) error {
	value, err := text(raw)
	if err == nil && value == "" {
		err = errors.New("it is empty")
	}
	return err
}

func timestamp(raw json.RawMessage) error {
	// time.Parse takes hours of one digit, RFC 3339 does not.
	if err := matches(instant)(raw); err != nil {
		return err
	}
	value, err := text(raw)
	if err == nil {
		_, err = time.Parse(time.RFC3339Nano, strings.ToUpper(value))
	}
	return err
}

func absoluteURI(raw json.RawMessage) error {
	value, err := text(raw)
	if err != nil {
		return err
	}
	parsed, err := url.Parse(value)
	if err == nil && !parsed.IsAbs() {
		err = errors.New("it is no absolute URI")
	}
	return err
}

// extension is a string, a boolean or an integer of 32 bits (JSON Event Format, 2.2).
func extension(raw json.RawMessage) error {
	value := string(bytes.TrimSpace(raw))
	switch {
	case value == "true", value == "false":
		return nil
	case value[0] == '"':
		_, err := text(raw)
		return err
	}
	_, err := strconv.ParseInt(value, 10, 32)
	return err
}

// stock has exactly the two members of a count.
func stock(raw json.RawMessage) error {
	members, err := object(raw)
	if err != nil {
		return err
	}
	if len(members) != 2 || members["article"] == nil || members["left"] == nil {
		return errors.New("it does not have exactly the members article and left")
	}
	if err := matches(uuid)(members["article"]); err != nil {
		return fmt.Errorf("article: %w", err)
	}
	left, err := strconv.ParseInt(string(bytes.TrimSpace(members["left"])), 10, 64)
	if err == nil && left < 0 {
		err = errors.New("nobody can have less than nothing")
	}
	return err
}
