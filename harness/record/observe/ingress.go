package observe

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/spec"
)

// maxAnswer bounds an answer that is kept, in bytes. The largest is a list of objects.
const maxAnswer = 4 << 20

// IngressClient is an HTTP client of the ingress. Every request that it
// sends carries a trace of its own and is recorded with its answer.
type IngressClient struct {
	log     Log
	client  *http.Client
	host    string
	timeout time.Duration
}

// IngressOptions say where the ingress is.
type IngressOptions struct {
	// Address is where it is reached from here, host:port; Host the name that it
	// is asked for, and the name that its certificate has to have.
	Address, Host string
	// Roots are the certificates that its certificate is trusted by.
	Roots *x509.CertPool
	// Timeout bounds one request with its answer.
	Timeout time.Duration
}

// NewIngressClient returns a client that records to log.
func NewIngressClient(log Log, options IngressOptions) *IngressClient {
	dialer := &net.Dialer{Timeout: options.Timeout}
	return &IngressClient{log: log, host: options.Host, timeout: options.Timeout, client: &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, options.Address)
			},
			TLSClientConfig: &tls.Config{RootCAs: options.Roots, ServerName: options.Host, MinVersion: tls.VersionTLS12},
			// A connection for each request. NGINX closes those that are idle when it
			// loads new endpoints, and a change that meets the close must not be
			// repeated blindly (RFC 9110, 9.2.2): a kept connection would count a race
			// of this client as a failure of the platform.
			DisableKeepAlives: true,
		},
		// A redirect is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Client is an HTTP client of the ingress that records nothing, for what is no
// request and answer. URLs name the host.
func (f *IngressClient) Client() *http.Client { return f.client }

// Close closes the connections that are idle.
func (f *IngressClient) Close() { f.client.CloseIdleConnections() }

// Call is a request through the ingress.
type Call struct {
	Method string
	// Path is absolute and may carry a query.
	Path string
	Body []byte
	// ContentType is application/json if it is empty and there is a body.
	ContentType string
	// IdempotencyKey is sent along unless it is empty.
	IdempotencyKey string
	// Abandon closes the connection when the request is written, before its answer: it
	// may have had its effect or not.
	Abandon bool
	// What the call is about, recorded as it is: see history.Request.
	Key, User, Change string
	Counts            map[string]int
	// KeyAt and EventAt are where the answer to a change holds the key of what it made, and
	// the id of the event that it causes.
	KeyAt, EventAt spec.Place
}

// Answer is what came back. Body and Header are empty if nothing did.
type Answer struct {
	history.Request
	Header http.Header
	Body   []byte
}

// Do sends the call and records it with its answer. A request that is refused or
// not answered is an answer too: the error is of the recording alone.
func (f *IngressClient) Do(ctx context.Context, call Call) (Answer, error) {
	answer := f.ask(ctx, call)
	if err := f.log.Write(answer.Request); err != nil {
		return answer, fmt.Errorf("record a request: %w", err)
	}
	return answer, nil
}

func (f *IngressClient) ask(ctx context.Context, call Call) Answer {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	if call.Abandon {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	}
	trace, parent := newTrace()
	answer := Answer{Request: history.Request{
		Method: call.Method, Path: call.Path, Key: call.Key, User: call.User,
		Change: call.Change, Counts: call.Counts, TraceID: trace, Result: history.Unknown,
	}}
	request, err := http.NewRequestWithContext(ctx, call.Method, "https://"+f.host+call.Path, bytes.NewReader(call.Body))
	answer.Start = f.log.Now()
	if err != nil { // nothing was sent
		answer.End, answer.Result, answer.Error = answer.Start, history.Refused, err.Error()
		return answer
	}
	request.Header.Set("Traceparent", parent)
	if len(call.Body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.ContentType != "" {
		request.Header.Set("Content-Type", call.ContentType)
	}
	if call.IdempotencyKey != "" {
		request.Header.Set("Idempotency-Key", call.IdempotencyKey)
	}
	response, err := f.client.Do(request)
	if err == nil {
		answer.Header, answer.Status = response.Header, response.StatusCode
		answer.Body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		_ = response.Body.Close()
	}
	answer.End = f.log.Now()
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	answer.Result = resultOf(response.StatusCode)
	if answer.Result == history.Accepted && call.Change != "" {
		answer.note(call)
	}
	return answer
}

// note reads from the answer to an accepted change which event it causes, and the key
// of what was made.
func (a *Answer) note(call Call) {
	a.Event = a.at(call.EventAt)
	if a.Key == "" {
		a.Key = a.at(call.KeyAt)
	}
}

// at is the text at a place of the answer, empty if there is none. An entity tag is read
// without its quotes (RFC 9110, 8.8.3).
func (a *Answer) at(place spec.Place) string {
	if place.Header != "" {
		return strings.Trim(strings.TrimPrefix(a.Header.Get(place.Header), "W/"), `"`)
	}
	var members map[string]json.RawMessage
	if place.Body == "" || json.Unmarshal(a.Body, &members) != nil {
		return ""
	}
	return memberOf(members, place.Body)
}

// resultOf reads a status. Of a server's failure nobody knows how far it came.
func resultOf(status int) history.Result {
	switch {
	case status >= 200 && status < 300:
		return history.Accepted
	case status >= 300 && status < 500:
		return history.Refused
	}
	return history.Unknown
}

// newTrace makes a W3C trace context: its trace id and the header's value.
func newTrace() (trace, parent string) {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails
	trace = hex.EncodeToString(random[:16])
	return trace, "00-" + trace + "-" + hex.EncodeToString(random[16:]) + "-01"
}
