package platform

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/harness/process/refusal"
)

// Attributes of docker's objects in the inventory.
const (
	tokenAttribute    = "token"
	engineAttribute   = "engine"
	endpointAttribute = "endpoint"
)

// owned is what the platform made in docker. Names and labels find candidates; an
// object is the platform's own if the inventory holds its ID, or the token that it
// carries, which was recorded before the object was made.
type owned struct {
	*inventory.Inventory
	platform string
	// engine is the ID of the docker engine that the client speaks to, endpoint its
	// address if DOCKER_HOST names one.
	engine, endpoint string
}

func (p *Platform) inventoryFile() string {
	return filepath.Join(p.cache, "platforms", p.name+".inventory.jsonl")
}

// owned opens the inventory for the docker engine that answers. The caller closes it.
func (p *Platform) owned(ctx context.Context, log io.Writer) (*owned, error) {
	engine, err := docker(ctx, log, "info", "--format", "{{.ID}}")
	if err == nil && strings.TrimSpace(engine) == "" {
		err = errors.New("it has no ID")
	}
	if err != nil {
		return nil, fmt.Errorf("ask the docker engine which one it is: %w", err)
	}
	opened, err := inventory.Open(p.inventoryFile())
	if err != nil {
		return nil, err
	}
	return &owned{Inventory: opened, platform: p.name, engine: strings.TrimSpace(engine), endpoint: os.Getenv("DOCKER_HOST")}, nil
}

// newToken returns what nobody else can guess.
func newToken() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	return hex.EncodeToString(random[:])
}

// make makes one object, whose label holds a recorded token. args returns docker's
// arguments, which have to print the new object's ID.
func (o *owned) make(ctx context.Context, log io.Writer, kind, name string, args func(label string) []string) error {
	token := newToken()
	_, err := o.Make(kind, name, o.attributes(token), func() (string, error) {
		out, err := docker(ctx, log, args(madeLabel+"="+token)...)
		return strings.TrimSpace(out), err
	})
	return err
}

func (o *owned) attributes(token string) map[string]string {
	return map[string]string{tokenAttribute: token, engineAttribute: o.engine, endpointAttribute: o.endpoint}
}

// plan records a token for objects that somebody else, such as kind, is about to make.
func (o *owned) plan(token string, names ...string) error {
	for _, name := range names {
		err := o.Record(inventory.Entry{Step: inventory.Planned, Kind: containerKind, Name: name, Attributes: o.attributes(token)})
		if err != nil {
			return err
		}
	}
	return nil
}

// find compares the inventory with what the engine holds: it records what carries a
// recorded token, and what is gone. It returns what the platform made, and what only
// bears its names. What was made in another engine cannot be seen: the error then is
// a *refusal.Error.
func (o *owned) find(ctx context.Context, log io.Writer) (ours, foreign []dockerObject, err error) {
	entries, err := o.Entries()
	if err != nil {
		return nil, nil, err
	}
	if err := o.elsewhere(entries); err != nil {
		return nil, nil, err
	}
	all, err := listObjects(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	present := inventory.Present(entries)
	for _, object := range all {
		recorded := slices.ContainsFunc(present, func(e inventory.Entry) bool { return e.Kind == object.kind && e.ID == object.id })
		token, planned := plannedToken(entries, object)
		switch {
		case recorded:
			ours = append(ours, object)
		case planned:
			if err := o.Record(inventory.Entry{
				Step: inventory.Made, Kind: object.kind, ID: object.id, Name: object.name, Attributes: o.attributes(token),
			}); err != nil {
				return nil, nil, err
			}
			ours = append(ours, object)
		case object.bears(o.platform):
			foreign = append(foreign, object)
		}
	}
	return ours, foreign, o.close(entries, all)
}

// close records that what is in none of docker's lists is gone: objects that were
// made, and plans that nothing came of.
func (o *owned) close(entries []inventory.Entry, all []dockerObject) error {
	var errs []error
	for _, entry := range inventory.Present(entries) {
		if isDocker(entry) && !slices.ContainsFunc(all, func(object dockerObject) bool { return object.kind == entry.Kind && object.id == entry.ID }) {
			errs = append(errs, o.Record(inventory.Entry{Step: inventory.Removed, Kind: entry.Kind, ID: entry.ID, Name: entry.Name}))
		}
	}
	for _, plan := range inventory.Pending(entries) {
		token := plan.Attributes[tokenAttribute]
		if isDocker(plan) && !slices.ContainsFunc(all, func(object dockerObject) bool {
			return object.kind == plan.Kind && object.name == plan.Name && slices.Contains(object.marks, token)
		}) {
			errs = append(errs, o.Record(inventory.Entry{Step: inventory.Removed, Kind: plan.Kind, ID: token, Name: plan.Name}))
		}
	}
	return errors.Join(errs...)
}

func isDocker(entry inventory.Entry) bool { return strings.HasPrefix(entry.Kind, "docker/") }

// plannedToken returns the token of any plan that the object carries.
func plannedToken(entries []inventory.Entry, object dockerObject) (string, bool) {
	for _, entry := range entries {
		token := entry.Attributes[tokenAttribute]
		if entry.Step == inventory.Planned && entry.Kind == object.kind && token != "" && slices.Contains(object.marks, token) {
			return token, true
		}
	}
	return "", false
}

// elsewhere refuses to go on where the platform has, or may have, something in
// another docker engine than the one that answers.
func (o *owned) elsewhere(entries []inventory.Entry) error {
	for _, entry := range append(inventory.Present(entries), inventory.Pending(entries)...) {
		if engine := entry.Attributes[engineAttribute]; isDocker(entry) && engine != o.engine {
			return &refusal.Error{Reason: fmt.Sprintf("the platform %s has a %s in the docker engine with ID %s, and the engine with ID %s answers: nothing was changed; "+
				"point DOCKER_HOST, or docker's context, to the former, or name another platform: %s=other; if the former is gone for good, remove the platform's inventory (platforms/%[1]s.inventory.jsonl in the cache)",
				o.platform, entry.Kind, engine, o.engine, NameEnv)}
		}
	}
	return nil
}

// refuseForeign is the error about objects that only bear the platform's name. nil if
// there are none.
func (o *owned) refuseForeign(foreign []dockerObject) error {
	if len(foreign) == 0 {
		return nil
	}
	var names, containers []string
	for _, object := range foreign {
		names = append(names, object.String())
		if object.kind == containerKind {
			containers = append(containers, fmt.Sprintf("%.12s", object.id))
		}
	}
	remove := ""
	if len(containers) > 0 {
		remove = fmt.Sprintf("; if they are yours: docker rm --force --volumes %s", strings.Join(containers, " "))
	}
	return &refusal.Error{Reason: fmt.Sprintf("left alone, because the platform %s did not make it: %s; to have a platform beside it, name another one: %s=other%s",
		o.platform, strings.Join(names, ", "), NameEnv, remove)}
}

// OwnsNodes reports whether the docker engine that answers is the one that holds the
// platform's nodes, and no other container there bears the name of one.
func (p *Platform) OwnsNodes(ctx context.Context) bool {
	p.engine.Use(ctx)
	own, err := p.owned(ctx, io.Discard)
	if err != nil {
		return false
	}
	defer func() { _ = own.Close() }()
	ours, foreign, err := own.find(ctx, io.Discard)
	return err == nil && len(foreign) == 0 && slices.ContainsFunc(ours, dockerObject.isNode)
}

// checkDocker returns an error unless everything in docker that bears the platform's
// name was made by it.
func (p *Platform) checkDocker(ctx context.Context, log io.Writer) error {
	own, err := p.owned(ctx, log)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close() }()
	_, foreign, err := own.find(ctx, log)
	return errors.Join(err, own.refuseForeign(foreign))
}
