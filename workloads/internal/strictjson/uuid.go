package strictjson

import "github.com/google/uuid"

// uuidLength is the length of the hyphenated form of RFC 9562; uuid.Validate
// accepts braces and a URN prefix too.
const uuidLength = 36

// IsUUID reports whether s is a UUID in the 36-character form of RFC 9562.
func IsUUID(s string) bool {
	return len(s) == uuidLength && uuid.Validate(s) == nil
}
