package spec

import (
	"assay.dev/assay/spec/schemas"
)

// EventField is a member of an event of a family that its schema constrains.
type EventField struct {
	EventFamily
	schemas.Field
}

// eventFields are the members that every event has to have, or those that it may have.
func (s *Spec) eventFields(required bool) []Row {
	var all []Row
	for _, family := range s.Events {
		for _, field := range s.Schemas.Fields(family.Family) {
			if field.Required == required {
				all = append(all, Row{
					Names: map[string]string{"family": Slug(family.Family), "path": field.Slug()},
					Value: EventField{family, field},
				})
			}
		}
	}
	return all
}
