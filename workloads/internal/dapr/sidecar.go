package dapr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/dapr/go-sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"assay.dev/assay/workloads/internal/tracing"
)

const (
	// stateTimeout bounds one state call.
	stateTimeout = 5 * time.Second
	// publishTimeout bounds one publish call. It outlasts the sidecar's own
	// attempts at a broker that does not answer: giving up before them would
	// publish the event again while the first attempt may yet arrive.
	publishTimeout = 15 * time.Second
	// invokeTimeout bounds a service invocation with its whole answer.
	invokeTimeout = 8 * time.Second
	// maxResponse bounds an invoked service's answer in bytes.
	maxResponse = 1 << 20
	tokenHeader = "dapr-api-token"
)

// reconnect is how soon a sidecar that did not listen is tried again. It is in the
// same pod, and all the pod is waiting for it.
var reconnect = backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 500 * time.Millisecond}

// Config says where the sidecar listens and what its components are called.
type Config struct {
	HTTPPort, GRPCPort, APIToken string
	PubSub, StateStore           string
}

// Sidecar talks to the pod's own Dapr sidecar. It connects lazily and again
// after a restart of the sidecar, so an app may start before it.
type Sidecar struct {
	config Config
	sdk    client.Client
	http   *http.Client
}

// NewSidecar makes the client; it does not wait for the sidecar.
func NewSidecar(config Config) (*Sidecar, error) {
	// The SDK's own constructors block until the sidecar answers and replace
	// the outgoing metadata, trace context included, by the API token.
	conn, err := grpc.NewClient(net.JoinHostPort("127.0.0.1", config.GRPCPort),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// An app that asked before the sidecar listened would else fail every call
		// until it tries to connect again, long after its readiness, which asks over
		// HTTP, has let requests in. Each call has its deadline.
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true), grpc.MaxCallRecvMsgSize(maxAnswer)),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: stateTimeout}))
	if err != nil {
		return nil, fmt.Errorf("connect to the Dapr sidecar: %w", err)
	}
	return &Sidecar{
		config: config,
		sdk:    client.NewClientWithConnection(conn),
		http:   &http.Client{Timeout: invokeTimeout},
	}, nil
}

// Close ends the connection to the sidecar.
func (s *Sidecar) Close() {
	s.sdk.Close()
	s.http.CloseIdleConnections()
}

// outgoing bounds a call and gives it the trace context and the API token.
func (s *Sidecar) outgoing(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	pairs := tracing.Map(ctx)
	if s.config.APIToken != "" {
		pairs[tokenHeader] = s.config.APIToken
	}
	ctx = metadata.NewOutgoingContext(ctx, metadata.New(pairs))
	return context.WithTimeout(ctx, limit)
}

// Publish implements Publisher.
func (s *Sidecar) Publish(ctx context.Context, m Message) error {
	ctx, cancel := s.outgoing(ctx, publishTimeout)
	defer cancel()
	err := s.sdk.PublishEvent(ctx, s.config.PubSub, m.Topic, m.Event,
		client.PublishEventWithContentType("application/cloudevents+json"),
		client.PublishEventWithMetadata(map[string]string{"partitionKey": m.Key}))
	if err != nil {
		return fmt.Errorf("publish to %s through %s: %w", m.Topic, s.config.PubSub, err)
	}
	return nil
}

// Invoke implements Invoker over the sidecar's HTTP API, which Dapr recommends
// for HTTP services: status and headers pass unchanged.
func (s *Sidecar) Invoke(ctx context.Context, r Request) (*Response, error) {
	url := s.url("/v1.0/invoke/" + r.AppID + "/method/" + strings.TrimPrefix(r.Path, "/"))
	req, err := http.NewRequestWithContext(ctx, r.Method, url, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", r.AppID, err)
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	tracing.Inject(ctx, req.Header)
	s.authorise(req)
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", r.AppID, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.AppID, err)
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Healthy implements Health. It asks for outbound health: the sidecar's full
// health waits for this very app and would make readiness wait for itself.
func (s *Sidecar) Healthy(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url("/v1.0/healthz/outbound"), nil)
	if err != nil {
		return fmt.Errorf("ask the Dapr sidecar's health: %w", err)
	}
	s.authorise(req)
	resp, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the Dapr sidecar's health: %w", err)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxResponse))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("read the Dapr sidecar's health: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the Dapr sidecar is not ready: it answers %d", resp.StatusCode)
	}
	return nil
}

func (s *Sidecar) url(path string) string {
	return "http://" + net.JoinHostPort("127.0.0.1", s.config.HTTPPort) + path
}

func (s *Sidecar) authorise(req *http.Request) {
	if s.config.APIToken != "" {
		req.Header.Set(tokenHeader, s.config.APIToken)
	}
}
