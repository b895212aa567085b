package recordings

import (
	"bytes"
	"encoding/json"
	"fmt"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
)

// renamed is the version of histories since which requests, records and deliveries have
// the names of today.
const renamed = 3

// formerCapture is a capture of today or of an older version.
type formerCapture struct {
	observe.Capture
	history.FormerRecord
}

func (f formerCapture) capture() observe.Capture {
	if f.Task != "" {
		f.EventKey = f.Task
	}
	if f.Action != "" {
		f.Label = f.Action
	}
	return f.Capture
}

// translated is what was seen beside a history, in the names of today.
func translated(dir string, content []byte) ([]byte, error) {
	version, err := history.FormatOf(dir)
	if err != nil || version == 0 || version >= renamed {
		return content, err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var seen any
	if err := decoder.Decode(&seen); err != nil {
		return nil, fmt.Errorf("translate %s of version %d: %w", SeenFile, version, err)
	}
	rename(seen)
	return json.Marshal(seen)
}

// rename gives the members of requests and deliveries that are anywhere in a value their
// names of today.
func rename(value any) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			rename(one)
		}
	case map[string]any:
		for _, one := range value {
			rename(one)
		}
		if key, former := value["task"].(string); former {
			delete(value, "task")
			value["key"] = key
		}
		counts := map[string]any{}
		for _, name := range []string{"reminders", "occurrences"} {
			if n, former := value[name].(json.Number); former {
				delete(value, name)
				counts[name] = n
			}
		}
		if len(counts) > 0 {
			value["counts"] = counts
		}
	}
}
