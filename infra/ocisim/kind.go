package ocisim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// entity is a resource of one kind.
type entity[T any] interface {
	*T
	meta() *Meta
	name() string
}

// anyKind is what the server needs of a kind without knowing its type.
type anyKind interface {
	kindName() string
	mount(mux *http.ServeMux)
	resources() []Resource
	edit(name string, change func(map[string]any)) error
}

// kind serves the collection of one resource type. The hooks are called with the
// server's lock held; a nil hook does nothing.
type kind[T any, P entity[T]] struct {
	server *Server
	// singular stands in OCIDs and names the kind to tests.
	singular string
	// path of the collection, e.g. /20160918/vcns.
	path string
	// required and creatable fields of a create, changeable ones of an update.
	required, creatable, changeable []string
	// nested objects of which an update may give some fields only.
	nested []string

	// fill sets what the service decides at creation.
	fill func(P) error
	// check holds the rules of create and update alike.
	check func(P) error
	// users names what would break without the resource.
	users func(P) []string
	// gone cleans up after a deletion.
	gone func(P)
	// hidden marks resources that belong to another one.
	hidden func(P) bool
	// secret takes what must be checked but never kept out of a body.
	secret func(body map[string]json.RawMessage) error
	// work makes the kind's operations work requests. Nil: they answer when done.
	work *workKind
	// lingers keeps a deleted resource in state TERMINATING for the work time.
	lingers bool

	items []P
}

func (k *kind[T, P]) kindName() string { return k.singular }

func (k *kind[T, P]) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET "+k.path, k.locked(k.serveList))
	mux.HandleFunc("GET "+k.path+"/{id}", k.locked(k.serveGet))
	mux.HandleFunc("DELETE "+k.path+"/{id}", k.locked(k.serveDelete))
	if k.creatable != nil {
		mux.HandleFunc("POST "+k.path, k.locked(k.serveCreate))
	}
	if k.changeable != nil {
		mux.HandleFunc("PUT "+k.path+"/{id}", k.locked(k.serveUpdate))
	}
}

type apiHandler func(w http.ResponseWriter, r *http.Request) error

// locked serves one request at a time, after everything due has happened.
func (s *Server) locked(next apiHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settle()
		if err := next(w, r); err != nil {
			writeError(w, err)
		}
	}
}

func (k *kind[T, P]) locked(next apiHandler) http.HandlerFunc { return k.server.locked(next) }

// find returns the resource or the error that the API has for a missing one.
func (k *kind[T, P]) find(id string) (P, error) {
	for _, item := range k.items {
		if item.meta().ID == id {
			return item, nil
		}
	}
	return nil, notFound("%s %q does not exist", k.singular, id)
}

func (k *kind[T, P]) remove(id string) {
	k.items = slices.DeleteFunc(k.items, func(item P) bool { return item.meta().ID == id })
}

func (k *kind[T, P]) serveGet(w http.ResponseWriter, r *http.Request) error {
	item, err := k.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, item)
	return nil
}

func (k *kind[T, P]) serveCreate(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if k.secret != nil {
		if err := k.secret(body); err != nil {
			return err
		}
	}
	for _, field := range k.required {
		if _, ok := body[field]; !ok {
			return missing(field)
		}
	}
	item, err := decode[T, P](body, k.creatable)
	if err != nil {
		return err
	}
	*item.meta() = Meta{
		ID: k.server.newID(k.singular), CompartmentID: item.meta().CompartmentID,
		FreeformTags: item.meta().FreeformTags, LifecycleState: stateAvailable, TimeCreated: k.server.opts.Now().UTC(),
	}
	if item.meta().FreeformTags == nil {
		item.meta().FreeformTags = map[string]string{}
	}
	for _, hook := range []func(P) error{k.fill, k.check} {
		if hook == nil {
			continue
		}
		if err := hook(item); err != nil {
			return err
		}
	}
	k.items = append(k.items, item)
	if k.work != nil {
		k.startCreate(w, r, item)
		return nil
	}
	writeJSON(w, http.StatusOK, item)
	return nil
}

func (k *kind[T, P]) serveUpdate(w http.ResponseWriter, r *http.Request) error {
	old, err := k.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	if state := old.meta().LifecycleState; state != stateAvailable && state != stateActive {
		return incorrectState("%s %s is %s", k.singular, old.name(), state)
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if k.secret != nil {
		if err := k.secret(body); err != nil {
			return err
		}
	}
	updated, err := overlay[T](old, body, k.changeable, k.nested)
	if err != nil {
		return err
	}
	if k.check != nil {
		if err := k.check(updated); err != nil {
			return err
		}
	}
	if k.work != nil {
		k.startUpdate(w, r, old, updated)
		return nil
	}
	*old = *updated
	writeJSON(w, http.StatusOK, old)
	return nil
}

func (k *kind[T, P]) serveDelete(w http.ResponseWriter, r *http.Request) error {
	item, err := k.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	if k.users != nil {
		if users := k.users(item); len(users) > 0 {
			return conflict("The %s %s is still in use by: %s", k.singular, item.meta().ID, strings.Join(users, ", "))
		}
	}
	if k.work != nil {
		k.startDelete(w, r, item)
		return nil
	}
	if k.lingers {
		item.meta().LifecycleState = stateTerminating
		k.server.later(func() { k.drop(item) })
	} else {
		k.drop(item)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// drop removes the resource and what goes with it.
func (k *kind[T, P]) drop(item P) {
	k.remove(item.meta().ID)
	if k.gone != nil {
		k.gone(item)
	}
}

func (k *kind[T, P]) resources() []Resource {
	var all []Resource
	for _, item := range k.items {
		if k.hidden != nil && k.hidden(item) {
			continue
		}
		m := item.meta()
		all = append(all, Resource{Kind: k.singular, ID: m.ID, Name: item.name(), State: m.LifecycleState, Tags: m.FreeformTags})
	}
	return all
}

func (k *kind[T, P]) edit(name string, change func(map[string]any)) error {
	for _, item := range k.items {
		if item.name() != name {
			continue
		}
		fields, err := toFields(item)
		if err != nil {
			return err
		}
		change(fields)
		content, err := json.Marshal(fields)
		if err != nil {
			return fmt.Errorf("edit %s %s: %w", k.singular, name, err)
		}
		var edited T
		if err := json.Unmarshal(content, &edited); err != nil {
			return fmt.Errorf("edit %s %s: %w", k.singular, name, err)
		}
		*item = edited
		return nil
	}
	return fmt.Errorf("no %s is named %q", k.singular, name)
}

func readBody(r *http.Request) (map[string]json.RawMessage, error) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	body := map[string]json.RawMessage{}
	if err := json.Unmarshal(content, &body); err != nil {
		return nil, invalid("the body is not a JSON object: %v", err)
	}
	return body, nil
}
