package spec

import "regexp"

// member is the path of a member of a CloudEvent in the JSON format: an attribute, or a
// member of its data.
var member = regexp.MustCompile(`^([a-z0-9]+|data(\.[A-Za-z_][A-Za-z0-9_-]*)+)$`)

// member wants the path of a member of an event, or nothing.
func (c *checker) member(path, value string) {
	if value != "" && (value == "data" || !member.MatchString(value)) {
		c.add("%s: %q is not a member of an event; use an attribute such as subject, or a member of the data such as data.id", path, value)
	}
}
