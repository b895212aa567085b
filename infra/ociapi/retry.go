package ociapi

import (
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// requestTimeout bounds one attempt.
	requestTimeout = 60 * time.Second
	// maxRetries is how often a call is made again.
	maxRetries = 5
	// firstBackoff is waited after the first failure; each later wait is twice as
	// long, up to maxBackoff. A Retry-After of the service wins.
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// newHTTP makes a client that tries again what may pass: a connection that was
// reset or refused, 429, and 5xx except 501. A 409 is the caller's matter: it lasts
// as long as whatever uses the object. sign signs each attempt again.
func newHTTP(sign func(*http.Request) error) *http.Client {
	retrying := retryablehttp.NewClient()
	retrying.HTTPClient.Timeout = requestTimeout
	retrying.RetryMax, retrying.RetryWaitMin, retrying.RetryWaitMax = maxRetries, firstBackoff, maxBackoff
	retrying.Logger = nil
	retrying.PrepareRetry = sign
	// The last answer holds more than the number of attempts.
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return retrying.StandardClient()
}
