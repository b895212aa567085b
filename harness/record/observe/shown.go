package observe

import (
	"slices"

	"assay.dev/assay/spec"
)

// shown are the ways in which subscribers of a kind of evidence show what they make of
// the topics that they subscribe to.
func shown(p *spec.Spec, kinds ...spec.ShowKind) []Query {
	var found []Query
	for _, s := range p.Dapr.Subscriptions {
		show := p.Shown(s.App, s.Topic)
		if app, known := p.Application(s.App); known && slices.Contains(kinds, show.Kind) {
			found = append(found, Query{Group: s.App, Topic: s.Topic, URL: app.Address(), Show: show})
		}
	}
	return found
}

// queries are those that can be asked for single events.
func (p *Platform) queries() []Query {
	return shown(p.options.Spec, spec.AuditQuery, spec.Notifications)
}
