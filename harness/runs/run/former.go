package run

import (
	"encoding/json"
	"fmt"
)

// oldest is the oldest version of run.json that can be read. Version 1 had other names of
// three members.
const oldest = 1

// UnmarshalJSON reads run.json of each version.
func (r *Run) UnmarshalJSON(content []byte) error {
	type plain Run
	return UnmarshalFormer(content, (*plain)(r), map[string]string{"begun": "started", "front": "ingress", "lacks": "unsupported"})
}

// UnmarshalFormer decodes a JSON object whose members may have former names: renamed has
// the present name of each. A member that is there under its present name stays as it is.
// The error is json.Unmarshal's.
func UnmarshalFormer(content []byte, into any, renamed map[string]string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(content, &members); err != nil {
		return err
	}
	changed := false
	for former, now := range renamed {
		value, there := members[former]
		if _, taken := members[now]; !there || taken {
			continue
		}
		members[now], changed = value, true
		delete(members, former)
	}
	if !changed {
		return json.Unmarshal(content, into)
	}
	present, err := json.Marshal(members)
	if err != nil {
		return fmt.Errorf("rename members: %w", err)
	}
	return json.Unmarshal(present, into)
}
