package nginx

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

// client connects to the proxy whatever the URL's host is, trusts the given
// certificates, and follows no redirect.
func (p *proxy) client(trusted ...*corev1.Secret) *http.Client {
	roots := x509.NewCertPool()
	for _, secret := range trusted {
		roots.AppendCertsFromPEM(secret.Data[corev1.TLSCertKey])
	}
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, Time: func() time.Time { return fixture.Epoch }},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := p.opts.HTTPListen
			if strings.HasSuffix(address, ":443") {
				to = p.opts.HTTPSListen
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		},
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (p *proxy) request(method, url string, body io.Reader) *http.Request {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.ctx, method, url, body)
	if err != nil {
		p.t.Fatal(err)
	}
	return request
}

// do sends a request and returns the answer with what the pod saw, which is
// the zero value when NGINX answered by itself.
func (p *proxy) do(client *http.Client, request *http.Request) (answer, seen) {
	p.t.Helper()
	response, err := client.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	var saw seen
	if response.StatusCode == http.StatusOK {
		if err := json.Unmarshal(body, &saw); err != nil {
			p.t.Fatalf("the answer is no pod's: %v: %.200s", err, body)
		}
	}
	return answer{response.StatusCode, response.Status, response.Proto, response.ProtoMajor, response.Header, response.TLS}, saw
}

// answer is what is left of a response once its body was read.
type answer struct {
	StatusCode int
	Status     string
	Proto      string
	ProtoMajor int
	Header     http.Header
	TLS        *tls.ConnectionState
}

// refusal sends a request that should get no answer, and returns the error.
func (p *proxy) refusal(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	return err
}

// receive waits for a channel as long as the test may take.
func receive[T any](p *proxy, ch <-chan T, what string) T {
	p.t.Helper()
	select {
	case value := <-ch:
		return value
	case <-p.ctx.Done():
		p.t.Fatalf("not within %v: %s", testDeadline, what)
		panic("unreachable")
	}
}

// raw sends a request line as it is, which http.Client would clean, and
// returns the answer's status and what the pod saw.
func (p *proxy) raw(host, target string) (int, seen) {
	p.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", p.opts.HTTPListen)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := p.ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			p.t.Fatal(err)
		}
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target, host)
	answer, err := io.ReadAll(conn)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
	if err != nil {
		p.t.Fatalf("%v: %q", err, answer)
	}
	defer func() { _ = response.Body.Close() }()
	var saw seen
	if response.StatusCode == http.StatusOK {
		if err := json.NewDecoder(response.Body).Decode(&saw); err != nil {
			p.t.Fatal(err)
		}
	}
	return response.StatusCode, saw
}
