package controller

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"

	"assay.dev/assay/standins/ingress/config"
)

// The reasons that F5's controller gives.
const (
	reasonApplied  = "AddedOrUpdated"
	reasonWarning  = "AddedOrUpdatedWithWarning"
	reasonRejected = "Rejected"
)

// maxMessage is what the Events API allows for a message, in bytes.
const maxMessage = 1024

// reported is what users were told of each Ingress, so that they are told once.
type reported map[types.UID]report

type report struct {
	generation int64
	problems   []string
}

// send tells of each Ingress in a model that is live: its new problems, or, if
// it has none, that it is in effect.
func (r *reported) send(recorder record.EventRecorder, model *config.Model) {
	next := make(reported, len(model.Ingresses))
	for _, ing := range model.Ingresses {
		now := report{generation: ing.Generation, problems: problemsOf(model, ing)}
		before, known := (*r)[ing.UID]
		reason := reasonWarning
		if model.Rejected(ing) {
			reason = reasonRejected
		}
		for _, problem := range now.problems {
			if !known || before.generation != now.generation || !slices.Contains(before.problems, problem) {
				recorder.Event(ing, corev1.EventTypeWarning, reason, problem)
			}
		}
		if len(now.problems) == 0 && (!known || before.generation != now.generation || len(before.problems) > 0) {
			recorder.Event(ing, corev1.EventTypeNormal, reasonApplied, "Configuration for "+ing.Namespace+"/"+ing.Name+" was added or updated")
		}
		next[ing.UID] = now
	}
	*r = next
}

func problemsOf(model *config.Model, ing *networkingv1.Ingress) []string {
	var problems []string
	for _, problem := range model.Problems {
		if problem.Ingress == ing {
			problems = append(problems, shorten(problem.Message))
		}
	}
	return problems
}

func shorten(message string) string {
	message = strings.ToValidUTF8(message, "�")
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage-len("…")], "") + "…"
}
