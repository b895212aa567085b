package agreement

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/v2/event"

	"assay.dev/assay/spec/schemas"
)

// stricter says why the SDK refuses an event that the grammar accepts: it reads
// times with Go's time.Parse, which knows no leap second and no lower case, and it
// does not read null as absent everywhere.
func stricter(raw []byte, err error) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return false
	}
	at := string(members["time"])
	if strings.ContainsAny(at, "tz") || strings.Contains(at, ":60") {
		return true
	}
	for name, value := range members {
		if strings.TrimSpace(string(value)) == "null" && name != "data" {
			return true
		}
	}
	return strings.Contains(err.Error(), "subject") && strings.TrimSpace(strings.Trim(string(members["subject"]), `"`)) == ""
}

// FuzzEvents holds the schemas and the workloads against each other, and both
// against the CloudEvents SDK for Go: the SDK takes every event that they take.
func FuzzEvents(f *testing.F) {
	for _, family := range set.Families() {
		for _, e := range set.Examples(family) {
			f.Add(e.Raw)
		}
		for _, v := range set.Variants(family) {
			f.Add(v.Raw)
		}
	}
	base := string(set.Examples(taskEvent)[0].Raw)
	for _, kind := range schemas.AttributeTypes() {
		for _, value := range append(kind.Accepts, kind.Rejects...) {
			f.Add([]byte(strings.Replace(base, `"id":`, `"anyextension":`+value+`,"id":`, 1)))
			f.Add([]byte(strings.Replace(base, `"2026-02-15T10:00:00Z"`, value, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, family := range set.Families() {
			if !agree(t, family, raw) {
				continue
			}
			var e event.Event
			err := json.Unmarshal(raw, &e)
			if err == nil {
				err = e.Validate()
			}
			if err != nil && !stricter(raw, err) {
				t.Errorf("%s: the SDK refuses %q: %v", family, raw, err)
			}
		}
	})
}
