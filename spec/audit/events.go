package audit

import (
	"slices"
	"strings"

	"assay.dev/assay/spec/document"
)

const lifecycleSection = "Deployment Lifecycle"

var eventSections = []string{"Task Event", "Reminder Event", "Task Update Event (Real-time)"}

// eventClaims are about event schemas and the two drawings of states.
func eventClaims() []claim {
	return []claim{
		{"AUD-040", Gap, "Event families disagree about datacontenttype",
			eventSections,
			"It is required for task events and optional for the others (event.task-event.datacontenttype, event.reminder-event.datacontenttype, event.task-update-event.datacontenttype).",
			contentType},
		{"AUD-041", Gap, "task_snapshot has no schema",
			eventSections[2:],
			"Any object is valid, the empty one included. That it carries the task is a SHOULD (event.snapshot).",
			snapshotSchema},
		{"AUD-042", Contradiction, "A processed event can still fail",
			[]string{flowSection},
			"Processed is drawn as a step, not as an end. It is read as an end; failing leads from Consumed to Failed (flow.failed).",
			processedFails},
		{"AUD-043", Gap, "A failed update has no way out",
			[]string{lifecycleSection},
			"Failing while Updating, and rolling back from Failed, are what rollbacks are for; neither is drawn. Both are tested.",
			failedUpdate},
	}
}

func contentType(in Input, w *proof) bool {
	with := 0
	for _, section := range eventSections {
		_, ok := in.Document.Members(section)["datacontenttype"]
		w.line("%s: datacontenttype is listed: %v", section, ok)
		if ok {
			with++
		}
	}
	w.line("%d of %d families list it", with, len(eventSections))
	return with != 0 && with != len(eventSections)
}

func snapshotSchema(in Input, w *proof) bool {
	const path = "data.task_snapshot"
	members := in.Document.Members(eventSections[2])
	below := 0
	for key := range members {
		if strings.HasPrefix(key, path+".") {
			below++
		}
	}
	value, ok := members[path]
	w.line("%s is %s with %d members", path, value, below)
	return ok && below == 0
}

func processedFails(in Input, w *proof) bool {
	fails := false
	for _, a := range in.Document.Arrows[flowSection] {
		if a.To == "Failed" {
			w.line("drawn: %s → %s", a.From, a.To)
			fails = fails || a.From == "Processed"
		}
	}
	consumed := slices.Contains(in.Document.Arrows[flowSection], document.Arrow{From: "Consumed", To: "Failed"})
	w.line("drawn: Consumed → Failed: %v", consumed)
	return fails
}

func failedUpdate(in Input, w *proof) bool {
	arrows := in.Document.Arrows[lifecycleSection]
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
