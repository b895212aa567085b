package mutants

import (
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// externalField is a field of events that somebody outside of the platform publishes, and
// that its programs have to refuse where it is broken.
type externalField struct {
	spec.EventFamily
	// Broken is the requirement that the field has.
	Broken string
}

// externalFields are the fields of families that nobody here publishes, of which broken
// events are put into Kafka.
func externalFields(s *spec.Spec) []spec.Row {
	var all []spec.Row
	var seen []string
	for _, row := range externalFamilies(s) {
		family := row.Value.(spec.EventFamily)
		for _, v := range s.Schemas.Variants(family.Family) {
			path, is := strings.CutPrefix(v.Requirement, "event."+row.Names["family"]+".")
			if !is || slices.Contains(seen, v.Requirement) {
				continue
			}
			seen = append(seen, v.Requirement)
			names := map[string]string{"family": row.Names["family"], "path": path}
			all = append(all, spec.Row{Names: names, Value: externalField{family, v.Requirement}})
		}
	}
	return all
}

// closedExternalFamilies are those whose data take no members beside those of the schema.
func closedExternalFamilies(s *spec.Spec) []spec.Row {
	return slices.DeleteFunc(externalFamilies(s), func(row spec.Row) bool {
		for _, v := range s.Schemas.Variants(row.Value.(spec.EventFamily).Family) {
			if addsMember(v) {
				return false
			}
		}
		return true
	})
}

// externalFamilies are the families that nobody here publishes and whose topics have dead
// letters: broken events of others are put nowhere.
func externalFamilies(s *spec.Spec) []spec.Row {
	var all []spec.Row
	for _, f := range s.Events {
		if f.External && s.DeadLetterTopic(f.Topic) != "" {
			all = append(all, spec.Row{Names: map[string]string{"family": spec.Slug(f.Family), "topic": spec.Slug(f.Topic)}, Value: f})
		}
	}
	return all
}
