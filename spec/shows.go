package spec

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// ShowKind is how an application shows what it has done about events.
type ShowKind string

// The kinds of evidence.
const (
	// AuditQuery: the application answers what it has recorded of a key or of an event.
	AuditQuery ShowKind = "audit-query"
	// Notifications: the application answers for one event whether it took it in.
	Notifications ShowKind = "notifications"
	// WebSocket: the application pushes each event to the users that are connected.
	WebSocket ShowKind = "websocket"
	// Metrics: the application counts the events that it was delivered.
	Metrics ShowKind = "metrics"
	// CommitOnly: the application shows nothing but the committed offsets of its group.
	CommitOnly ShowKind = "commit"
)

// UnmarshalYAML refuses any other kind of evidence.
func (e *ShowKind) UnmarshalYAML(n *yaml.Node) error { return enum(n, e, "kind of evidence") }

// Values implements Enumerated.
func (ShowKind) Values() []string {
	return []string{string(AuditQuery), string(Notifications), string(WebSocket), string(Metrics), string(CommitOnly)}
}

// Show is one way in which an application shows the effects of events. Paths are of the
// application's own port, that of a WebSocket is of the ingress.
type Show struct {
	Kind ShowKind `yaml:"evidence"`
	// Topic is the one whose events it is about; empty: all that the application
	// subscribes to.
	Topic string `yaml:"topic,omitempty"`
	// Path is asked for one event, with {id} in the place of its id; 404 says that there
	// is no effect. That of a WebSocket has {user} in the place of a user, that of metrics
	// is scraped.
	Path string `yaml:"path,omitempty"`
	// Trail is asked for all events of a key, with {key} and {from} in the places of the
	// key and of the number of entries that are known already. Entries is the member of
	// the answer that lists them, Count the one that counts all of them.
	Trail   string `yaml:"trail,omitempty"`
	Entries string `yaml:"entries,omitempty"`
	Count   string `yaml:"count,omitempty"`
	// ID is the member of an entry, or of a message, that is the event's id.
	ID string `yaml:"id,omitempty"`
	// Greets says that the first message on a WebSocket tells that the subscription is
	// complete.
	Greets bool `yaml:"greets,omitempty"`
	// State is the member of an answer that tells how far the effect of a scheduled event
	// is, and Done its value when the effect has happened.
	State string `yaml:"state,omitempty"`
	Done  string `yaml:"done,omitempty"`
	// Counter is the metric that counts deliveries, Label its label that tells their
	// outcomes apart, and Outcomes those that count.
	Counter string   `yaml:"counter,omitempty"`
	Label   string   `yaml:"label,omitempty"`
	Results []string `yaml:"outcomes,omitempty"`
}

// wants are the members that a kind of evidence cannot do without.
func (s Show) wants() map[string]string {
	switch s.Kind {
	case AuditQuery:
		if s.Trail != "" {
			return map[string]string{"trail": s.Trail, "entries": s.Entries, "count": s.Count, "id": s.ID, "path": s.Path}
		}
		return map[string]string{"path": s.Path}
	case Notifications:
		return map[string]string{"path": s.Path}
	case WebSocket:
		return map[string]string{"path": s.Path, "id": s.ID}
	case Metrics:
		return map[string]string{"path": s.Path, "counter": s.Counter, "label": s.Label}
	}
	return nil
}

// Shown returns how an application shows what it does about a topic: the strongest
// evidence of single events. CommitOnly is of one that shows nothing.
func (p *Platform) Shown(app, topic string) Show {
	d, _ := p.Application(app)
	for _, kind := range []ShowKind{AuditQuery, Notifications, WebSocket} {
		for _, s := range d.Shows {
			if s.Kind == kind && (s.Topic == "" || s.Topic == topic) {
				return s
			}
		}
	}
	return Show{Kind: CommitOnly}
}

func (p *Platform) validateShows(c *checker) {
	topics, known := namesOf(p.Topics, func(t Topic) string { return t.Name }), map[string]bool{}
	for _, t := range topics {
		known[t] = true
	}
	for _, d := range p.Deployments {
		for _, s := range d.Shows {
			path := "deployments[" + d.Name + "].shows[" + string(s.Kind) + "]"
			for _, member := range []string{"path", "trail", "entries", "count", "id", "counter", "label"} {
				if value, wanted := s.wants()[member]; wanted {
					c.filled(path+"."+member, value)
				}
			}
			if s.Topic != "" {
				c.known(path+".topic", s.Topic, "topic", known, topics)
			}
			c.placeholder(path+".trail", s.Trail, "{key}")
			if s.Kind == AuditQuery || s.Kind == Notifications {
				c.placeholder(path+".path", s.Path, "{id}")
			}
			if (s.State == "") != (s.Done == "") {
				c.add("%s: state and done need each other", path)
			}
		}
	}
}

// placeholder wants a path, if there is one, to have a placeholder.
func (c *checker) placeholder(path, value, wanted string) {
	if value != "" && !strings.Contains(value, wanted) {
		c.add("%s: %q has no %s", path, value, wanted)
	}
}
