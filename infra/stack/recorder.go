package stack

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"sync"

	"assay.dev/assay/infra/inventory"
)

// created is the line that terraform and OpenTofu print, with -no-color, as soon as
// the provider has the new object's ID.
var created = regexp.MustCompile(`^(\S+): Creation complete after [^\[]*\[id=(ocid1\.[^\]]+)\]`)

// recorder reads terraform's output line by line and records each object as it is
// made. Terraform waits for it: its next line is read when the record is stored.
type recorder struct {
	mu      sync.Mutex
	rest    []byte
	record  func(inventory.Entry) error // nil: nobody records
	failure error
}

func newRecorder() *recorder { return &recorder{} }

// Write implements io.Writer. It never fails: terraform would be left without the
// reader of its output, in the middle of an apply.
func (r *recorder) Write(content []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = append(r.rest, content...)
	for {
		line, rest, found := bytes.Cut(r.rest, []byte("\n"))
		if !found {
			return len(content), nil
		}
		r.rest = rest
		if found := created.FindSubmatch(line); found != nil && r.record != nil {
			r.failure = errors.Join(r.failure, r.record(entryOf(string(found[2]), string(found[1]))))
		}
	}
}

// start lets record have what comes; stop ends that and returns what failed.
func (r *recorder) start(record func(inventory.Entry) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest, r.record, r.failure = nil, record, nil
}

func (r *recorder) stop() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record = nil
	return r.failure
}

// entryOf is the line for an OCID, whose second part is the kind
// (https://docs.oracle.com/en-us/iaas/Content/General/Concepts/identifiers.htm).
func entryOf(ocid, name string) inventory.Entry {
	kind := "unknown"
	if parts := strings.Split(ocid, "."); len(parts) > 1 {
		kind = parts[1]
	}
	return inventory.Entry{Kind: "oci/" + kind, ID: ocid, Name: name}
}
