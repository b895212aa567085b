package ocisim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// objectNamespace is the tenancy's, in which buckets have their names.
const objectNamespace = "emulatedtenancy"

// objectKind is how tests and the control see an object.
const objectKind = "object"

// objectPath matches calls about one object, whose bodies are signed without a hash.
const objectPath = "/n/" + objectNamespace + "/b/{bucket}/o/{object...}"

// bucket is a container of objects.
type bucket struct {
	name, compartment string
	objects           map[string][]byte
}

// mountObjectStorage emulates the part of Object Storage that stores small files:
// https://docs.oracle.com/en-us/iaas/api/#/en/objectstorage/20160918/.
func (s *Server) mountObjectStorage(mux *http.ServeMux) {
	const buckets = "/n/" + objectNamespace + "/b"
	namespace := func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, objectNamespace) }
	mux.HandleFunc("GET /n", namespace)
	mux.HandleFunc("GET /n/{$}", namespace)
	mux.HandleFunc("POST "+buckets, s.locked(s.createBucket))
	mux.HandleFunc("POST "+buckets+"/{$}", s.locked(s.createBucket))
	mux.HandleFunc("GET "+buckets+"/{bucket}", s.inBucket(func(w http.ResponseWriter, _ *http.Request, b *bucket) error {
		writeJSON(w, http.StatusOK, b.fields())
		return nil
	}))
	mux.HandleFunc("GET "+buckets+"/{bucket}/o", s.inBucket(listObjects))
	mux.HandleFunc("PUT "+objectPath, s.inBucket(putObject))
	mux.HandleFunc("GET "+objectPath, s.inBucket(getObject))
	mux.HandleFunc("DELETE "+objectPath, s.inBucket(deleteObject))
}

func (b *bucket) fields() map[string]any {
	return map[string]any{
		"namespace": objectNamespace, "name": b.name, "compartmentId": b.compartment, "publicAccessType": "NoPublicAccess",
	}
}

// inBucket serves a call about a bucket that exists.
func (s *Server) inBucket(serve func(http.ResponseWriter, *http.Request, *bucket) error) http.HandlerFunc {
	return s.locked(func(w http.ResponseWriter, r *http.Request) error {
		name := r.PathValue("bucket")
		for _, b := range s.buckets {
			if b.name == name {
				return serve(w, r, b)
			}
		}
		return &apiError{http.StatusNotFound, "BucketNotFound", fmt.Sprintf("Either the bucket named '%s' does not exist in the namespace '%s' or you are not authorized to access it", name, objectNamespace)}
	})
}

func (s *Server) createBucket(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	name, compartment := "", ""
	for field, into := range map[string]*string{"name": &name, "compartmentId": &compartment} {
		if *into = strings.Trim(string(body[field]), `"`); *into == "" {
			return missing(field)
		}
	}
	// Names are unique in the namespace, not in the compartment.
	if slices.ContainsFunc(s.buckets, func(b *bucket) bool { return b.name == name }) {
		return &apiError{http.StatusConflict, "BucketAlreadyExists", "Either the bucket '" + name + "' in namespace '" + objectNamespace + "' already exists or you are not authorized to create it"}
	}
	made := &bucket{name: name, compartment: compartment, objects: map[string][]byte{}}
	s.buckets = append(s.buckets, made)
	writeJSON(w, http.StatusOK, made.fields())
	return nil
}

func listObjects(w http.ResponseWriter, r *http.Request, b *bucket) error {
	type object struct {
		Name string `json:"name"`
	}
	query := r.URL.Query()
	names := make([]string, 0, len(b.objects))
	for name := range b.objects {
		if strings.HasPrefix(name, query.Get("prefix")) && name >= query.Get("start") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	answer := map[string]any{}
	const pageSize = 2 // small, so that every client has to ask for more
	if len(names) > pageSize {
		answer["nextStartWith"] = names[pageSize]
		names = names[:pageSize]
	}
	objects := make([]object, 0, len(names))
	for _, name := range names {
		objects = append(objects, object{name})
	}
	answer["objects"] = objects
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// etag changes with the content.
func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// precondition answers 412 where If-Match or If-None-Match does not hold.
func precondition(r *http.Request, content []byte, exists bool) error {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	if none == "*" && exists {
		return &apiError{http.StatusPreconditionFailed, "IfNoneMatchFailed", "The object already exists"}
	}
	if match != "" && (!exists || match != etag(content)) {
		return &apiError{http.StatusPreconditionFailed, "IfMatchFailed", "The object has another ETag"}
	}
	return nil
}

func objectNotFound(b *bucket, name string) error {
	return &apiError{http.StatusNotFound, "ObjectNotFound", fmt.Sprintf("The object '%s' was not found in the bucket '%s'", name, b.name)}
}

func putObject(w http.ResponseWriter, r *http.Request, b *bucket) error {
	name := r.PathValue("object")
	old, exists := b.objects[name]
	if err := precondition(r, old, exists); err != nil {
		return err
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the object: %w", err)
	}
	b.objects[name] = content
	w.Header().Set("Etag", etag(content))
	w.WriteHeader(http.StatusOK)
	return nil
}

func getObject(w http.ResponseWriter, r *http.Request, b *bucket) error {
	name := r.PathValue("object")
	content, exists := b.objects[name]
	if !exists {
		return objectNotFound(b, name)
	}
	w.Header().Set("Etag", etag(content))
	w.Header().Set("Content-Type", "application/octet-stream")
	_, err := w.Write(content)
	return err
}

func deleteObject(w http.ResponseWriter, r *http.Request, b *bucket) error {
	name := r.PathValue("object")
	old, exists := b.objects[name]
	if !exists {
		return objectNotFound(b, name)
	}
	if err := precondition(r, old, exists); err != nil {
		return err
	}
	delete(b.objects, name)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// objectResources are the objects of all buckets. Buckets outlive runs and are not
// counted.
func (s *Server) objectResources() []Resource {
	var all []Resource
	for _, b := range s.buckets {
		for name := range b.objects {
			all = append(all, Resource{Kind: objectKind, ID: b.name + "/" + name, Name: name, State: stateAvailable})
		}
	}
	return all
}
