package events

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// The errors of values that no attribute may have.
var (
	errType      = errors.New("must be a string, a boolean or an integer")
	errInteger   = errors.New("must be an integer of 32 bits, without fraction and exponent")
	errCharacter = errors.New("must not hold control characters or noncharacters")
	errURI       = errors.New("must be a URI")
)

// checkValue checks the value of an attribute: CloudEvents 1.0.2, Type System, as the
// JSON Event Format (2.2) maps it.
func checkValue(raw json.RawMessage) error {
	switch text := strings.TrimSpace(string(raw)); {
	case text == "true", text == "false":
		return nil
	case strings.HasPrefix(text, `"`):
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			return errType
		}
		return checkText(value)
	case text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9'):
		// ParseInt takes neither a fraction nor an exponent.
		if _, err := strconv.ParseInt(text, 10, 32); err != nil {
			return errInteger
		}
		return nil
	}
	return errType
}

// checkText checks the characters of a string of CloudEvents. Its bytes are known to
// be valid UTF-8.
func checkText(value string) error {
	for _, r := range value {
		if unicode.IsControl(r) || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe {
			return errCharacter
		}
	}
	return nil
}

// uriCharacters are the characters of RFC 3986 (2.2, 2.3) and the percent sign.
const uriCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"

// checkURI checks an absolute URI. url.Parse checks its parts, but takes characters
// that no URI has.
func checkURI(value string) error {
	parsed, err := url.Parse(value)
	if err != nil || !parsed.IsAbs() {
		return errURI
	}
	for i := range len(value) {
		if !strings.Contains(uriCharacters, value[i:i+1]) {
			return errURI
		}
		if value[i] == '%' && !hexadecimal(value, i+1) {
			return errURI
		}
	}
	return nil
}

// hexadecimal reports whether two hexadecimal digits are at a place.
func hexadecimal(value string, at int) bool {
	if at+2 > len(value) {
		return false
	}
	_, err := strconv.ParseUint(value[at:at+2], 16, 8)
	return err == nil
}
