// Package httpx holds what the services share as HTTP servers: RFC 9457
// problem answers, JSON bodies, the middleware around every request, and the
// operational endpoints.
package httpx

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// MaxBody bounds a request body in bytes.
const MaxBody = 64 << 10

// Problem is an RFC 9457 problem answer. It is an error, so that code far from
// the HTTP handler can decide the answer.
type Problem struct {
	// Type is a relative reference into this repository's workloads/README.md.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Errors lists each broken rule of an invalid document.
	Errors []strictjson.Violation `json:"errors,omitempty"`
	// RetryAfter, above zero, is sent as the Retry-After header.
	RetryAfter time.Duration `json:"-"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// problemType is the prefix of Problem.Type.
const problemType = "/problems/"

// NewProblem makes a problem; slug names it in Type.
func NewProblem(status int, slug, title, detail string) *Problem {
	return &Problem{Type: problemType + slug, Title: title, Status: status, Detail: detail}
}

// NotFound says that there is nothing under this name.
func NotFound(detail string) *Problem {
	return NewProblem(http.StatusNotFound, "not-found", "Not found", detail)
}

// Unavailable asks the client to repeat the request after a while.
func Unavailable(detail string, after time.Duration) *Problem {
	p := NewProblem(http.StatusServiceUnavailable, "unavailable", "Service unavailable", detail)
	p.RetryAfter = after
	return p
}

// FromDocument turns a strictjson error into a problem: 400 for what is no
// JSON object, 422 with every violation for one that breaks rules.
func FromDocument(err error) error {
	var invalid *strictjson.InvalidError
	switch {
	case errors.As(err, &invalid):
		p := NewProblem(http.StatusUnprocessableEntity, "invalid-document", "Invalid document",
			"Correct the listed members and send the request again.")
		p.Errors = invalid.Violations
		return p
	case errors.Is(err, strictjson.ErrSyntax):
		return NewProblem(http.StatusBadRequest, "malformed-json", "Malformed JSON", "The request body must be one JSON object.")
	}
	return err
}

// WriteProblem answers with the Problem in err's chain, or with a plain 500
// that tells the client nothing of the cause.
func WriteProblem(w http.ResponseWriter, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = NewProblem(http.StatusInternalServerError, "internal", "Internal error", "The cause is in the service's log under this request's trace id.")
	}
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(max(time.Second, p.RetryAfter)/time.Second)))
	}
	write(w, p.Status, "application/problem+json", p)
}

// WriteJSON answers with value as JSON.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	write(w, status, "application/json", value)
}

func write(w http.ResponseWriter, status int, contentType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client has gone if this fails
}

// ReadBody reads a bounded body of one of the media types. Its errors are
// problems: 415 and 413.
func ReadBody(w http.ResponseWriter, r *http.Request, mediaTypes ...string) ([]byte, error) {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(mediaTypes, got) {
		return nil, NewProblem(http.StatusUnsupportedMediaType, "media-type", "Unsupported media type",
			"Send the body as "+mediaTypes[0]+".")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, NewProblem(http.StatusRequestEntityTooLarge, "too-large", "Body too large",
			"The body may have "+strconv.Itoa(MaxBody)+" bytes at most.")
	case err != nil:
		return nil, NewProblem(http.StatusBadRequest, "unreadable", "Unreadable body", "The body ended early; send it again.")
	}
	return body, nil
}

// Handler is an http.Handler that may return an error, which becomes the
// answer (see WriteProblem) and part of the request's log line.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP implements http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		noteError(r.Context(), err)
		WriteProblem(w, err)
	}
}
