// Package ociapi asks the OCI API what really exists. The suites use it so that
// a check never takes Terraform's own word, the sweep uses it to delete what a
// run left behind. Requests are signed by Oracle's SDK; answers stay plain JSON,
// because half a dozen fields of a dozen resource kinds are all that is needed.
package ociapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"
)

const (
	// requestTimeout bounds one request.
	requestTimeout = 60 * time.Second
	// maxAttempts is how often a call that the service could not take is made.
	maxAttempts = 6
	// firstBackoff is waited after the first refusal; each later wait is twice as long.
	firstBackoff = time.Second
)

// Client makes signed calls. It may be used by several goroutines.
type Client struct {
	signer   common.HTTPRequestSigner
	region   string
	endpoint string
	http     *http.Client
	backoff  time.Duration
}

// New makes a client for the credentials' region. A non-empty endpoint, such as
// an emulator's URL, stands in for every service's own.
func New(credentials common.ConfigurationProvider, endpoint string) (*Client, error) {
	region, err := credentials.Region()
	if err != nil {
		return nil, fmt.Errorf("find the OCI region: %w", err)
	}
	if _, err := credentials.KeyID(); err != nil {
		return nil, fmt.Errorf("find tenancy, user and fingerprint of the API signing key: %w", err)
	}
	if _, err := credentials.PrivateRSAKey(); err != nil {
		return nil, fmt.Errorf("read the API signing key: %w", err)
	}
	return &Client{
		signer: common.DefaultRequestSigner(credentials), region: region, endpoint: endpoint,
		http: &http.Client{Timeout: requestTimeout}, backoff: firstBackoff,
	}, nil
}

// Error is the service's refusal.
type Error struct {
	Status  int
	Code    string `json:"code"`
	Message string `json:"message"`
	Method  string
	Path    string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s %s: %d %s: %s", e.Method, e.Path, e.Status, e.Code, e.Message)
}

// IsNotFound reports whether the service says that the object does not exist.
func IsNotFound(err error) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound
}

// List returns every page of a kind's objects in a compartment.
func (c *Client) List(ctx context.Context, kind Kind, compartment string, filter map[string]string) ([]Object, error) {
	query := url.Values{"compartmentId": {compartment}}
	for field, value := range filter {
		query.Set(field, value)
	}
	var all []Object
	for {
		var page []Object
		next, err := c.call(ctx, http.MethodGet, kind, "", query, &page)
		if err != nil {
			return nil, fmt.Errorf("list every %s: %w", kind.Name, err)
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		query.Set("page", next)
	}
}

// Get returns one object.
func (c *Client) Get(ctx context.Context, kind Kind, id string) (Object, error) {
	object := Object{}
	if _, err := c.call(ctx, http.MethodGet, kind, id, nil, &object); err != nil {
		return nil, fmt.Errorf("get %s: %w", kind.Name, err)
	}
	return object, nil
}

// Delete asks for an object's deletion, which may go on after the answer.
func (c *Client) Delete(ctx context.Context, kind Kind, id string) error {
	if _, err := c.call(ctx, http.MethodDelete, kind, id, nil, nil); err != nil {
		return fmt.Errorf("delete %s: %w", kind.Name, err)
	}
	return nil
}

// call makes a request until the service takes it, an error is final, or ctx ends.
func (c *Client) call(ctx context.Context, method string, kind Kind, id string, query url.Values, into any) (next string, err error) {
	wait := c.backoff
	for attempt := 1; ; attempt++ {
		next, err = c.once(ctx, method, kind, id, query, into)
		var refusal *Error
		again := errors.As(err, &refusal) && (refusal.Status == http.StatusTooManyRequests || refusal.Status >= http.StatusInternalServerError)
		if !again || attempt == maxAttempts {
			return next, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return "", errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
		wait *= 2
	}
}

func (c *Client) once(ctx context.Context, method string, kind Kind, id string, query url.Values, into any) (string, error) {
	path := kind.Path
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	address := c.host(kind) + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return "", fmt.Errorf("address %s: %w", path, err)
	}
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if err := c.signer.Sign(req); err != nil {
		return "", fmt.Errorf("sign the request: %w", err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", fmt.Errorf("read the answer to %s %s: %w", method, path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		refusal := &Error{Status: resp.StatusCode, Method: method, Path: path}
		if json.Unmarshal(content, refusal) != nil {
			refusal.Message = string(bytes.TrimSpace(content))
		}
		return "", refusal
	}
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			return "", fmt.Errorf("answer to %s %s: %w", method, path, err)
		}
	}
	return resp.Header.Get("Opc-Next-Page"), nil
}

func (c *Client) host(kind Kind) string {
	if c.endpoint != "" {
		return c.endpoint
	}
	return "https://" + common.StringToRegion(c.region).EndpointForTemplate(kind.service.name, kind.service.template)
}
