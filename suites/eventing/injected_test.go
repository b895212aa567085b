package eventing_test

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
	"assay.dev/assay/harness/observe"
	"assay.dev/assay/harness/traffic"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/schemas"
)

// injection is an event that was published past the API.
type injection struct {
	name   string
	family spec.EventFamily
	// requirement is what it breaks, empty for a valid event.
	requirement string
	viaDapr     bool
	event       traffic.Event
	publish     history.Publish
}

// broken says whether no worker may process it.
func (i injection) broken() bool { return i.event.Expect == "failed" }

// is says whether a record is this event, as far as it has an id, and else by its bytes.
func (i injection) is(c observe.Capture) bool {
	if i.event.ID != "" {
		return c.ID == i.event.ID
	}
	digest := sha256.Sum256(i.event.Raw)
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
			if i.viaDapr {
				if i.publish, err = x.sidecar.Publish(ctx, i.event); err != nil {
					return err
				}
			} else {
				i.publish = x.raw.Publish(i.event)
			}
			if i.publish.Outcome != history.Accepted {
				return fmt.Errorf("publish %s of %s past the API: %s %s", i.name, family.Family, i.publish.Outcome, i.publish.Error)
			}
			x.injected = append(x.injected, i)
		}
	}
	return nil
}

// injections are the events of one family. Through Dapr go only those that are
// broken inside of their data: it completes the envelope itself.
func (x *experiment) injections(family spec.EventFamily) ([]injection, error) {
	var all []injection
	for _, viaDapr := range []bool{false, true} {
		valid, err := x.injection(family, schemas.Variant{Name: "valid", Raw: schemas.Examples(family.Family)[0].Raw}, viaDapr)
		if err != nil {
			return nil, err
		}
		all = append(all, valid)
		for _, v := range schemas.Variants(family.Family) {
			if viaDapr && !strings.HasPrefix(v.Location, "data.") {
				continue
			}
			i, err := x.injection(family, v, viaDapr)
			if err != nil {
				return nil, err
			}
			all = append(all, i)
		}
	}
	return append(all, undecodable(family)...), nil
}

// injection gives an example or a variant of it an identity of its own, without
// mending what it breaks.
func (x *experiment) injection(family spec.EventFamily, v schemas.Variant, viaDapr bool) (injection, error) {
	id, task := uuid.NewString(), uuid.NewString()
	raw, err := identify(v, id, task, x.users[0])
	if err != nil {
		return injection{}, fmt.Errorf("variant %s of %s: %w", v.Name, family.Family, err)
	}
	i := injection{name: v.Name, family: family, requirement: v.Requirement, viaDapr: viaDapr}
	read := observe.ReadEvent(raw)
	i.event = traffic.Event{Topic: family.Topic, Key: task, ID: read.ID, Type: read.Type, Raw: raw}
	if v.Requirement != "" {
		i.event.Expect = "failed"
	}
	return i, nil
}

// identify replaces what identifies an event, unless that is what is broken. A
// broken id that is a text stays broken, and becomes one of its own.
func identify(v schemas.Variant, id, task, user string) ([]byte, error) {
	var event map[string]any
	decoder := json.NewDecoder(bytes.NewReader(v.Raw))
	decoder.UseNumber()
	if decoder.Decode(&event) != nil {
		// What is no object has nothing to replace: it becomes a number of its own.
		number := uuid.MustParse(id)
		return []byte(new(big.Int).SetBytes(number[:]).String()), nil
	}
	if v.Location != "id" {
		event["id"] = id
	} else if broken, ok := event["id"].(string); ok {
		event["id"] = broken + "-" + id
	}
	if data, ok := event["data"].(map[string]any); ok {
		replace := func(member, value string) {
			if v.Location != "data."+member {
				data[member] = value
			}
		}
		replace("task_id", task)
		replace("user_id", user)
		// A task that comes again would make the platform create another one.
		if _, recurring := data["recurrence_pattern"].(string); recurring && v.Requirement == "" {
			data["recurrence_pattern"] = nil
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
		case family.Family != schemas.TaskEvent:
			continue
		}
		all = append(all, injection{
			name: "undecodable: " + name, family: family, requirement: "FLW-014",
			event: traffic.Event{Topic: family.Topic, Key: key, Raw: raw, Expect: "failed"},
		})
	}
	return all
}
