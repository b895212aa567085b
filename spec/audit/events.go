package audit

import (
	"maps"
	"slices"
	"strings"

	"assay.dev/assay/spec/document"
)

// eventClaims are about event schemas and the two drawings of states.
func eventClaims() []claim {
	return []claim{
		{"AUD-040", Gap, "Event families disagree about datacontenttype",
			[]string{eventsArea},
			"A family that lists it requires it; in the others it may be missing (event.FAMILY.datacontenttype).",
			contentType},
		{"AUD-041", Gap, "A member of an event has no schema",
			[]string{eventsArea},
			"Any object is valid, the empty one included. What else it has to carry is a requirement of the specification's own.",
			emptyMembers},
		{"AUD-042", Contradiction, "A processed event can still fail",
			[]string{flowArea},
			"Processed is drawn as a step, not as an end. It is read as an end; failing leads from Consumed to Failed (flow.failed).",
			processedFails},
		{"AUD-043", Gap, "A failed update has no way out",
			[]string{lifecycleArea},
			"Failing while Updating, and rolling back from Failed, are what rollbacks are for; neither is drawn. Both are tested.",
			failedUpdate},
	}
}

func contentType(in Input, w *proof) bool {
	with := 0
	for _, family := range in.Platform.Events {
		area := familyArea(family.Family)
		_, ok := in.Document.Members(area)["datacontenttype"]
		w.line("%s: datacontenttype is listed: %v", in.heading(area), ok)
		if ok {
			with++
		}
	}
	w.line("%d of %d families list it", with, len(in.Platform.Events))
	return with != 0 && with != len(in.Platform.Events)
}

// emptyMembers finds members that are shown as an object without members.
func emptyMembers(in Input, w *proof) bool {
	found := 0
	for _, family := range in.Platform.Events {
		area := familyArea(family.Family)
		members := in.Document.Members(area)
		for _, path := range slices.Sorted(maps.Keys(members)) {
			below := slices.ContainsFunc(slices.Collect(maps.Keys(members)), func(other string) bool { return strings.HasPrefix(other, path+".") })
			if members[path] == "{}" && !below {
				w.line("%s: %s is {}", in.heading(area), path)
				found++
			}
		}
	}
	w.line("%d members are an object of which nothing is said", found)
	return found > 0
}

func processedFails(in Input, w *proof) bool {
	fails := false
	for _, a := range in.Document.Arrows[flowArea] {
		if a.To == "Failed" {
			w.line("drawn: %s → %s", a.From, a.To)
			fails = fails || a.From == "Processed"
		}
	}
	consumed := slices.Contains(in.Document.Arrows[flowArea], document.Arrow{From: "Consumed", To: "Failed"})
	w.line("drawn: Consumed → Failed: %v", consumed)
	return fails
}

func failedUpdate(in Input, w *proof) bool {
	arrows := in.Document.Arrows[lifecycleArea]
	for _, a := range arrows {
		w.line("drawn: %s → %s", a.From, a.To)
	}
	missing := 0
	for _, a := range []document.Arrow{{From: "Updating", To: "Failed"}, {From: "Failed", To: "Rolled"}} {
		if !slices.Contains(arrows, a) {
			w.line("not drawn: %s → %s", a.From, a.To)
			missing++
		}
	}
	return missing > 0
}
