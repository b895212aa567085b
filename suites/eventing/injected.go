package eventing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/google/uuid"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// injection is an event that was published past the API.
type injection struct {
	Name   string
	Family spec.EventFamily
	// Requirement is what it breaks, empty for a valid event.
	Requirement string
	// Location and Keyword are what of the schema it breaks there.
	Location, Keyword string
	ViaDapr           bool
	Event             traffic.Event
	Publish           history.Publish
}

// broken reports whether no worker may process it.
func (i injection) broken() bool { return i.Event.Expect == "failed" }

// is reports whether a record is this event, as far as it has an id, and else by its bytes.
func (i injection) is(c observe.Capture) bool {
	if i.Event.ID != "" {
		return c.ID == i.Event.ID
	}
	digest := sha256.Sum256(i.Event.Raw)
	return c.SHA256 == hex.EncodeToString(digest[:])
}

// inject publishes, for each family, a valid event and one for every way in which
// its schema can be broken, straight to Kafka and through a sidecar.
func (x *experiment) inject(ctx context.Context) error {
	for _, family := range p.Spec.Events {
		planned, err := x.injections(family)
		if err != nil {
			return err
		}
		for _, i := range planned {
			if i.ViaDapr {
				if i.Publish, err = x.sidecar.Publish(ctx, i.Event); err != nil {
					return err
				}
			} else {
				i.Publish = x.raw.Publish(i.Event)
			}
			if i.Publish.Result != history.Accepted {
				return fmt.Errorf("publish %s of %s past the API: %s %s", i.Name, family.Family, i.Publish.Result, i.Publish.Error)
			}
			x.Injected = append(x.Injected, i)
		}
	}
	return nil
}

// injections are the events of one family. Through Dapr go only those that are
// broken inside of their data: it completes the envelope itself. Where no topic takes its
// dead letters, a broken event would be tried for ever: only valid ones are published there.
func (x *experiment) injections(family spec.EventFamily) ([]injection, error) {
	var all []injection
	for _, viaDapr := range []bool{false, true} {
		valid, err := x.injection(family, schemas.Variant{Name: "valid", Raw: p.Spec.Schemas.Examples(family.Family)[0].Raw}, viaDapr)
		if err != nil {
			return nil, err
		}
		all = append(all, valid)
		for _, v := range p.Spec.Schemas.Variants(family.Family) {
			if p.Spec.DeadLetterTopic(family.Topic) == "" || viaDapr && !strings.HasPrefix(v.Location, "data.") {
				continue
			}
			i, err := x.injection(family, v, viaDapr)
			if err != nil {
				return nil, err
			}
			all = append(all, i)
		}
	}
	if p.Spec.DeadLetterTopic(family.Topic) == "" {
		return all, nil
	}
	return append(all, undecodable(family)...), nil
}

// injection gives an example or a variant of it an identity of its own, without
// mending what it breaks.
func (x *experiment) injection(family spec.EventFamily, v schemas.Variant, viaDapr bool) (injection, error) {
	id, key := uuid.NewString(), uuid.NewString()
	raw, err := identify(family, v, id, key, x.user())
	if err != nil {
		return injection{}, fmt.Errorf("variant %s of %s: %w", v.Name, family.Family, err)
	}
	i := injection{Name: v.Name, Family: family, Requirement: v.Requirement, Location: v.Location, Keyword: v.Keyword, ViaDapr: viaDapr}
	read := observe.ReadEvent(raw, observe.Forms(p.Spec)[family.Topic])
	i.Event = traffic.Event{Topic: family.Topic, Key: key, ID: read.ID, Source: read.Source, Type: read.Type, Raw: raw}
	if v.Requirement != "" {
		i.Event.Expect = "failed"
	}
	return i, nil
}

// objectOf decodes an event, if it is an object, with its numbers as they are written.
func objectOf(raw []byte) (event map[string]any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	err := decoder.Decode(&event)
	return event, err == nil && event != nil
}

// identify replaces what identifies an event, unless that is what is broken. A
// broken id that is a text stays broken, and becomes one of its own if it is not empty.
func identify(family spec.EventFamily, v schemas.Variant, id, key, user string) ([]byte, error) {
	event, ok := objectOf(v.Raw)
	if !ok { // and has nothing to replace: it becomes a number of its own
		number := uuid.MustParse(id)
		return []byte(new(big.Int).SetBytes(number[:]).String()), nil
	}
	if v.Location != "id" {
		event["id"] = id
	} else if broken, ok := event["id"].(string); ok && broken != "" {
		event["id"] = broken + "-" + id
	}
	replace := func(path string, value any) {
		if v.Location != path {
			replaceMember(event, path, value)
		}
	}
	replace(family.Key, key)
	for path, field := range fieldMembers(family.Family) {
		switch {
		case field == "user":
			replace(path, user)
		case v.Requirement == "" && derives(field):
			replace(path, nil) // the platform would make another object because of it
		}
	}
	return json.Marshal(event)
}

// undecodable are bytes that are no event, each its own. Without any bytes at all
// there is one kind only, which one topic has to do with.
func undecodable(family spec.EventFamily) []injection {
	var all []injection
	kinds := schemas.Undecodable()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		raw, key := kinds[name], uuid.NewString()
		switch {
		case len(raw) > 0:
			raw = append(slices.Clone(raw), " "+key...)
		case family.Family != p.Spec.Events[0].Family:
			continue
		}
		all = append(all, injection{
			Name: "undecodable: " + name, Family: family, Requirement: "flow.undecodable",
			Event: traffic.Event{Topic: family.Topic, Key: key, Raw: raw, Expect: "failed"},
		})
	}
	return all
}
