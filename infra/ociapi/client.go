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

// Client makes signed calls. It may be used by several goroutines.
type Client struct {
	credentials common.ConfigurationProvider
	signer      common.HTTPRequestSigner
	region      string
	endpoint    string
	http        *http.Client
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
	c := &Client{
		credentials: credentials, signer: common.DefaultRequestSigner(credentials), region: region, endpoint: endpoint,
	}
	c.http = newHTTP(c.sign)
	return c, nil
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

// IsNotFound reports whether the service answered 404. It does so for what does not
// exist and for what the caller may not see alike (NotAuthorizedOrNotFound,
// https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm), so it
// proves nothing by itself.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsConflict reports whether the service answered 409: something else uses the
// object, or changes it just now.
func IsConflict(err error) bool { return hasStatus(err, http.StatusConflict) }

func hasStatus(err error, status int) bool {
	var refusal *Error
	return errors.As(err, &refusal) && refusal.Status == status
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

// call makes a request; what may pass is tried again, see newHTTP.
func (c *Client) call(ctx context.Context, method string, kind Kind, id string, query url.Values, into any) (next string, err error) {
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
	if err := c.sign(req); err != nil {
		return "", err
	}
	answer, err := c.exchange(req)
	if err != nil {
		return "", err
	}
	if answer.status >= http.StatusBadRequest {
		refusal := &Error{Status: answer.status, Method: method, Path: path}
		if json.Unmarshal(answer.content, refusal) != nil {
			refusal.Message = string(bytes.TrimSpace(answer.content))
		}
		return "", refusal
	}
	if into != nil {
		if err := json.Unmarshal(answer.content, into); err != nil {
			return "", fmt.Errorf("answer to %s %s: %w", method, path, err)
		}
	}
	return answer.header.Get("Opc-Next-Page"), nil
}

// answer is an HTTP response that was read to its end.
type answer struct {
	status  int
	header  http.Header
	content []byte
}

// exchange sends a request without a body and reads the complete answer. A connection
// that ends within the answer is a reset connection, too; the answer to a second GET
// is as good.
func (c *Client) exchange(req *http.Request) (answer, error) {
	for attempt := 0; ; attempt++ {
		resp, err := c.http.Do(req)
		if err != nil {
			return answer{}, err
		}
		content, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err == nil {
			return answer{resp.StatusCode, resp.Header, content}, nil
		}
		if req.Method != http.MethodGet || attempt == maxRetries || req.Context().Err() != nil {
			return answer{}, fmt.Errorf("read the answer to %s %s: %w", req.Method, req.URL.Path, err)
		}
		if err := c.sign(req); err != nil {
			return answer{}, err
		}
	}
}

// sign signs a request again: a signature holds for five minutes, and the service may
// ask for a longer wait before the next attempt.
func (c *Client) sign(req *http.Request) error {
	req.Header.Del("Authorization")
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if err := c.signer.Sign(req); err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	return nil
}

// Region is the region that the credentials name.
func (c *Client) Region() string { return c.region }

// Emulated reports whether an emulator stands in for the cloud.
func (c *Client) Emulated() bool { return c.endpoint != "" }

func (c *Client) host(kind Kind) string {
	if c.endpoint != "" {
		return c.endpoint
	}
	return "https://" + common.StringToRegion(c.region).EndpointForTemplate(kind.service.name, kind.service.template)
}
