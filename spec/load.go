package spec

import (
	"slices"
	"strings"
)

// validateLoad wants everything that the load refers to to be there.
func (p *Platform) validateLoad(c *checker) {
	l := p.Load
	if len(l.Requests) > 0 {
		c.rates("load", l.Rate, l.Minimum)
		c.rates("load, with a fault", l.Rate, l.MinimumWithFault)
		c.positive("load.keys", l.Keys)
		c.positive("load.users", l.Users)
	}
	infrastructure := namesOf(p.Infrastructure, func(i Infrastructure) string { return i.Name })
	for _, name := range l.Through {
		c.oneOf("load.through", name, "infrastructure", infrastructure)
	}
	c.unique("load.objects", namesOf(l.Objects, func(o LoadObject) string { return o.Name }))
	for _, o := range l.Objects {
		path := "load.objects[" + o.Name + "]"
		c.placeholder(path+".read", o.Read, "{key}")
		c.unique(path+".fields", namesOf(o.Fields, func(f Field) string { return f.Name }))
		for _, f := range o.Fields {
			c.field(path+".fields["+f.Name+"]", f)
		}
		if !slices.ContainsFunc(l.Requests, func(r LoadRequest) bool { return r.Object == o.Name && r.Does == Makes }) {
			c.add("%s: no request makes it", path)
		}
	}
	c.unique("load.requests", namesOf(l.Requests, func(r LoadRequest) string { return r.Name }))
	for _, r := range l.Requests {
		p.validateRequest(c, "load.requests["+r.Name+"]", r)
	}
	c.unique("load.publications", namesOf(l.Publications, func(p Publication) string { return p.Name }))
	for _, pub := range l.Publications {
		path := "load.publications[" + pub.Name + "]"
		c.rates(path, pub.Rate, pub.Minimum)
		c.positive(path+".keys", pub.Keys)
		p.carried(c, path, pub.Family, pub.Type)
		for _, name := range References(pub.Data) {
			c.oneOf(path+".data", name, "value", []string{"key", "user"})
		}
	}
}

func (p *Platform) validateRequest(c *checker, path string, r LoadRequest) {
	objects := namesOf(p.Load.Objects, func(o LoadObject) string { return o.Name })
	c.oneOf(path+".object", r.Object, "object", objects)
	object, known := p.Load.Object(r.Object)
	if !known {
		return
	}
	fields := namesOf(object.Fields, func(f Field) string { return f.Name })
	c.filled(path+".method", r.Method)
	c.positive(path+".weight", r.Weight)
	if !strings.HasPrefix(r.Path, "/") {
		c.add("%s.path: %q is not a path; start it with /", path, r.Path)
	}
	if r.Does != Makes {
		c.placeholder(path+".path", r.Path, "{key}")
	} else if r.Key == (Place{}) {
		c.add("%s.key: the key of the new object is not known: name a header or a member of the answer", path)
	}
	for _, name := range References(r.Body) {
		if name != "key" && name != "user" {
			c.oneOf(path+".body", name, "field", fields)
		}
	}
	for _, name := range r.Required {
		if _, there := r.Body[name]; !there {
			c.add("%s.required: the body has no member %q", path, name)
		}
	}
	for name := range r.Sets {
		c.oneOf(path+".sets", name, "field", fields)
	}
	if r.Unless != "" {
		c.oneOf(path+".unless", r.Unless, "field", fields)
	}
	c.unique(path+".expects", namesOf(r.Expects, func(e Expectation) string { return e.Name }))
	for i, e := range r.Expects {
		p.validateExpectation(c, path+".expects["+e.Name+"]", e, fields, i == 0)
	}
}

func (p *Platform) validateExpectation(c *checker, path string, e Expectation, fields []string, first bool) {
	p.carried(c, path, e.Family, e.Type)
	for _, family := range p.Events {
		if family.Family == e.Family && family.External {
			c.add("%s.family: %s is external, and the request causes it; leave out external in events[%s], or the expectation", path, e.Family, e.Family)
		}
		if family.Family == e.Family && family.Label == "" && e.Label != "" {
			c.add("%s.label: %q, and the events of %s have no label; name its member in events[%s].label", path, e.Label, e.Family, e.Family)
		}
	}
	if first && e.Counted() {
		c.add("%s: the first expectation is of exactly one event, by which the request is known", path)
	}
	for _, name := range e.Each {
		c.oneOf(path+".each", name, "field", fields)
	}
	for member, name := range map[string]string{"when": e.When, "unless": e.Unless} {
		if name != "" {
			c.oneOf(path+"."+member, name, "field", fields)
		}
	}
	for member := range e.Equal {
		c.member(path+".equal", member)
	}
	for name, members := range map[string]*Members{"copies": e.Copies, "says": e.Fields} {
		if members == nil {
			continue
		}
		for member := range members.Members {
			c.member(path+"."+name, member)
		}
	}
	if first && e.Copies != nil {
		c.add("%s.copies: it is the first event itself", path)
	}
	if s := e.Scheduled; s != nil {
		c.member(path+".scheduled.at", s.At)
		c.member(path+".scheduled.tells", s.DueField)
		for name := range s.As {
			c.oneOf(path+".scheduled.as", name, "field", e.Each)
		}
	}
	if e.Makes == "" {
		return
	}
	makers := []string{}
	for _, r := range p.Load.Requests {
		if r.Does == Makes && len(r.Expects) > 0 {
			makers = append(makers, r.Name)
		}
	}
	c.oneOf(path+".makes", e.Makes, "request that makes an object and causes an event", makers)
	if made, known := p.Load.Request(e.Makes); known && len(made.Expects) > 0 && made.Expects[0].Type != e.Type {
		c.add("%s.type: %q; the request %s causes a %q", path, e.Type, e.Makes, made.Expects[0].Type)
	}
}

// carried wants a family to carry a type.
func (p *Platform) carried(c *checker, path, family, kind string) {
	families := namesOf(p.Events, func(e EventFamily) string { return e.Family })
	c.oneOf(path+".family", family, "event family", families)
	for _, e := range p.Events {
		if e.Family == family {
			c.oneOf(path+".type", kind, "type of "+family, e.Types)
		}
	}
}
