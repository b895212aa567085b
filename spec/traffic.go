package spec

// Traffic is the load under which faults are injected.
type Traffic struct {
	Changes Changes `yaml:"changes"`
	Stream  Stream  `yaml:"stream"`
}

// Changes are changes of tasks through the front door, a second: how many are sent,
// and how many have to be accepted on average, or the load proves nothing.
type Changes struct {
	Rate    float64 `yaml:"rate"`
	Minimum float64 `yaml:"minimum"`
}

// Stream are events that are published straight into a topic, a second, of so many
// keys.
type Stream struct {
	Topic   string  `yaml:"topic"`
	Rate    float64 `yaml:"rate"`
	Minimum float64 `yaml:"minimum"`
	Keys    int     `yaml:"keys"`
}

func (p *Platform) validateLoad(c *checker) {
	c.rates("load.changes", p.Load.Changes.Rate, p.Load.Changes.Minimum)
	c.rates("load.stream", p.Load.Stream.Rate, p.Load.Stream.Minimum)
	c.positive("load.stream.keys", p.Load.Stream.Keys)
	topics, known := namesOf(p.Topics, func(t Topic) string { return t.Name }), map[string]bool{}
	for _, topic := range topics {
		known[topic] = true
	}
	c.known("load.stream.topic", p.Load.Stream.Topic, "topic", known, topics)
}

// rates wants a minimum that the rate can reach.
func (c *checker) rates(path string, rate, minimum float64) {
	if rate <= 0 || minimum <= 0 || minimum > rate {
		c.add("%s: a rate of %g with a minimum of %g; use 0 < minimum ≤ rate", path, rate, minimum)
	}
}

// Place is where an answer holds a value: in a header, or in a member of its JSON body,
// such as order.id.
type Place struct {
	Header string `yaml:"header,omitempty"`
	Body   string `yaml:"body,omitempty"`
}
