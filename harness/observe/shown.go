package observe

import (
	"strconv"

	"assay.dev/assay/spec"
)

// shown are the ways in which subscribers of a kind of evidence show what they make of
// the topics that they subscribe to.
func shown(p *spec.Spec, kinds ...spec.EvidenceKind) []Query {
	var found []Query
	for _, s := range p.Dapr.Subscriptions {
		show := p.Shown(s.App, s.Topic)
		for _, kind := range kinds {
			if show.Evidence == kind {
				found = append(found, Query{Group: s.App, Topic: s.Topic, URL: addressOf(p, s.App), Show: show})
			}
		}
	}
	return found
}

// addressOf is where an application is reached through the cluster's dialer.
func addressOf(p *spec.Spec, app string) string {
	for _, d := range p.Deployments {
		if d.Dapr.AppID == app {
			return "http://" + d.Name + "." + d.Namespace + ".svc:" + strconv.Itoa(d.Dapr.AppPort)
		}
	}
	return ""
}

// queries are those that can be asked for single events.
func (p *Platform) queries() []Query {
	return shown(p.options.Spec, spec.AuditQuery, spec.Notifications)
}
