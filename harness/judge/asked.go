package judge

import (
	"maps"
	"slices"
)

// class tells events of one key apart: those of a type with a label. Zero is of events
// that no request causes.
type class uint8

// classInfo is what is known of a class.
type classInfo struct {
	kind        uint8 // the type
	label       string
	topic       uint8
	requirement string
	// first says that requests are known by events of the class, further that requests
	// cause it beside, and made that the platform itself makes objects that start with it.
	first, further, made bool
	// counted says that the number of further events is up to who asks.
	counted bool
	// collateral is the class of a type's events whose label no request causes.
	collateral bool
}

// asked is a kind of request, in the form in which it is judged.
type asked struct {
	Request
	// first is the class of the event by which it is known, alone says that no other
	// request is known by it.
	first class
	alone bool
	// further are the events that it causes beside.
	further []further
}

// further are expected events of a request beside the first: as the history counts them by
// their name, or exactly one. makes is the request as by which the platform makes another
// object, 0 if it does not.
type further struct {
	Expected
	class class
	makes uint8
}

// demands are all kinds of requests and classes of a history's rules. Both count from 1.
type demands struct {
	requests   []asked
	number     map[string]uint8
	classes    []classInfo
	byKind     map[uint8]map[string]class
	collateral map[uint8]class
}

// newDemands numbers requests and classes; topics and types are those of the index.
func newDemands(r Rules, topics, types *names) *demands {
	d := &demands{
		requests: []asked{{}}, number: map[string]uint8{}, classes: []classInfo{{}},
		byKind: map[uint8]map[string]class{}, collateral: map[uint8]class{},
	}
	for _, request := range r.Requests {
		d.number[request.Name] = uint8(len(d.requests))
		d.requests = append(d.requests, asked{Request: request})
	}
	shared := map[class]int{}
	for i := range d.requests {
		a := &d.requests[i]
		for n, e := range a.Expects {
			c := d.classFor(e, topics.get(e.Topic), types.get(e.Type))
			info := &d.classes[c]
			switch {
			case n == 0:
				a.first, info.first = c, true
				shared[c]++
			case e.Makes != "":
				info.made = true
				a.further = append(a.further, further{Expected: e, class: c, makes: d.number[e.Makes]})
			default:
				info.further, info.counted = true, info.counted || e.Counted
				a.further = append(a.further, further{Expected: e, class: c})
			}
		}
	}
	for i := range d.requests {
		d.requests[i].alone = shared[d.requests[i].first] == 1
	}
	return d
}

// classFor returns the class of expected events, made if it is new.
func (d *demands) classFor(e Expected, topic, kind uint8) class {
	if c, known := d.byKind[kind][e.Label]; known {
		return c
	}
	c := class(len(d.classes))
	d.classes = append(d.classes, classInfo{kind: kind, label: e.Label, topic: topic, requirement: e.Requirement})
	if d.byKind[kind] == nil {
		d.byKind[kind] = map[string]class{}
		d.collateral[kind] = class(len(d.classes))
		d.classes = append(d.classes, classInfo{kind: kind, topic: topic, requirement: e.Requirement, collateral: true})
	}
	d.byKind[kind][e.Label] = c
	return c
}

// of is the class of an event of a type and a label. A class without a label takes the
// events of the type that have another one than the labels that are expected.
func (d *demands) of(kind uint8, label string) class {
	labels, known := d.byKind[kind]
	if !known {
		return 0
	}
	if c, known := labels[label]; known {
		return c
	}
	if c, known := labels[""]; known {
		return c
	}
	return d.collateral[kind]
}

// className is a class as people write it.
func (ix *index) className(c class) string {
	info := ix.demands.classes[c]
	text := ix.types.text(info.kind)
	if info.label != "" {
		text += " (" + info.label + ")"
	}
	return text
}

// labelled are the types whose classes have labels, in the order of their numbers.
func (d *demands) labelled() []uint8 {
	var kinds []uint8
	for _, kind := range slices.Sorted(maps.Keys(d.byKind)) {
		if _, plain := d.byKind[kind][""]; !plain || len(d.byKind[kind]) > 1 {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
