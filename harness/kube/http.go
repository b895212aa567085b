package kube

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// bodyLimit bounds what is read of an answer, in bytes.
const bodyLimit = 1 << 20

// Answer is an HTTP answer that has been read.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// String shows the status and the start of the body.
func (a Answer) String() string {
	const shown = 300
	body := strings.TrimSpace(string(a.Body))
	if len(body) > shown {
		body = body[:shown] + "…"
	}
	return fmt.Sprintf("HTTP %d %s", a.Status, body)
}

// HTTP returns a client that reaches cluster-internal names through the dialer;
// timeout bounds each request. It follows no redirect.
func (c *Cluster) HTTP(timeout time.Duration) *http.Client {
	return asking(c.Dialer.DialContext, nil, timeout)
}

// IngressClient returns a client that reaches the ingress controller at front (host:port)
// whatever the name in an address is: its names are in no public DNS. settings are for
// HTTPS, nil for the usual ones. Each request has a connection of its own; timeout
// bounds it. It follows no redirect.
func IngressClient(address string, settings *tls.Config, timeout time.Duration) *http.Client {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: timeout}).DialContext(ctx, network, address)
	}
	return asking(dial, settings, timeout)
}

func asking(dial func(ctx context.Context, network, address string) (net.Conn, error), settings *tls.Config, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: dial, TLSClientConfig: settings, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Ask sends a request and reads the answer, whatever its status.
func Ask(ctx context.Context, web *http.Client, method, address string, header http.Header, body string) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	if host := header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := web.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s %s: %w", method, address, err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: content}, nil
}

// PodURL is the address of a port of a pod for a client of HTTP.
func PodURL(pod *corev1.Pod, port int, path string) string {
	plain, query, _ := strings.Cut(path, "?")
	address := url.URL{
		Scheme: "http", Host: fmt.Sprintf("%s.%s.pod:%d", pod.Name, pod.Namespace, port), Path: plain, RawQuery: query,
	}
	return address.String()
}
