package pull

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// StallTimeout bounds the time in which not one byte arrives. There is no bound
// on the whole: a slow line takes as long as it takes.
const StallTimeout = 90 * time.Second

// retriedStatus are the answers after which a request is sent again, with a
// growing pause, by the registry library.
var retriedStatus = []int{
	http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

// newTransport returns a transport that gives up a connection on which nothing
// arrives, and continues a download that was cut off.
func newTransport() http.RoundTripper {
	base := http.DefaultTransport.(*http.Transport).Clone()
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return idleConn{Conn: conn}, nil
	}
	base.MaxIdleConnsPerHost = 8
	return resuming{base}
}

// idleConn fails a read that waits for longer than StallTimeout.
type idleConn struct{ net.Conn }

// Read implements net.Conn.
func (c idleConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(StallTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// resuming continues the body of a GET by a range request where the connection
// broke. RFC 9110, section 14.
type resuming struct{ inner http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (r resuming) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.inner.RoundTrip(request)
	if err != nil || request.Method != http.MethodGet || response.StatusCode != http.StatusOK || response.ContentLength <= 0 ||
		response.Header.Get("Accept-Ranges") == "none" {
		return response, err
	}
	response.Body = &resumedBody{inner: r.inner, request: request, body: response.Body, size: response.ContentLength}
	return response, nil
}

// resumedBody reads size bytes over as many connections as it takes, as long as
// each brings some.
type resumedBody struct {
	inner   http.RoundTripper
	request *http.Request
	body    io.ReadCloser
	size    int64
	read    int64
	// fresh says that the present connection has brought nothing yet.
	fresh bool
}

// Read implements io.Reader.
func (b *resumedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.read += int64(n)
	b.fresh = b.fresh && n == 0
	if err == nil || b.read == b.size || b.fresh || b.request.Context().Err() != nil {
		return n, err
	}
	if resumeErr := b.resume(); resumeErr != nil {
		return n, fmt.Errorf("%w (and the download could not be continued: %w)", err, resumeErr)
	}
	return n, nil
}

func (b *resumedBody) resume() error {
	request := b.request.Clone(b.request.Context())
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", b.read, b.size-1))
	response, err := b.inner.RoundTrip(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusPartialContent || response.ContentLength != b.size-b.read {
		_ = response.Body.Close()
		return fmt.Errorf("status %d, %d bytes where %d were asked for", response.StatusCode, response.ContentLength, b.size-b.read)
	}
	_ = b.body.Close()
	b.body, b.fresh = response.Body, true
	return nil
}

// Close implements io.Closer.
func (b *resumedBody) Close() error { return b.body.Close() }
