package nginx

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

// waitFor polls for what another process brings about.
func waitFor(t *testing.T, done func() bool, what string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestAnAppliedConfigurationIsTheOnlyOneThatAnswers(t *testing.T) {
	p := newProxy(t)
	client := p.client()
	client.Transport.(*http.Transport).DisableKeepAlives = true
	for round := range 8 {
		service := []string{"a", "b"}[round%2]
		p.serve(input(fixture.Ingress("web", 0, "h /"+service+" E "+service)))
		// Many at once, so that every worker that still listens gets some.
		var clients sync.WaitGroup
		for range 40 {
			clients.Go(func() {
				for range 5 {
					status, err := askFor(p.ctx, client, http.MethodGet, "http://h/"+service)
					if err != nil || status != http.StatusOK {
						t.Errorf("round %d: %d, %v after the route to %s was live", round, status, err, service)
					}
				}
			})
		}
		clients.Wait()
	}
}

func TestAReloadIsNotDoneWhileAnEarlierWorkerListens(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	ctx, cancel := context.WithTimeout(p.ctx, 100*time.Millisecond)
	defer cancel()
	// This test's own process stands for a worker that does not retire.
	err := p.await(ctx, p.running(), p.Live(), []int{os.Getpid()})
	if err == nil || !strings.Contains(err.Error(), "still take connections") {
		t.Errorf("await: %v", err)
	}
}

func TestApplyingTheSameAgainDoesNotReload(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	var before []int
	waitFor(t, func() bool {
		var err error
		before, err = workers(p.running().cmd.Process.Pid)
		return err == nil && len(before) == p.opts.Workers
	}, "all workers have started")
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	after, err := workers(p.running().cmd.Process.Pid)
	if err != nil || fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("workers %v became %v, %v", before, after, err)
	}
}

// TestARolloutDropsNoRequest replaces the pods of a service over and over, the
// old ones refusing connections as soon as the new configuration is live,
// while clients ask on kept and new connections and post on new ones. (A POST
// on a kept connection can meet the moment in which NGINX closes it, and no
// client may repeat that by itself: RFC 9110, 9.2.2.)
func TestARolloutDropsNoRequest(t *testing.T) {
	p := newProxy(t)
	ing := fixture.Ingress("web", 0, "h / P a")
	rollout := func(ips ...string) config.Input {
		in := input(ing)
		in.EndpointSlices[0].Endpoints = nil
		for _, ip := range ips {
			in.EndpointSlices[0].Endpoints = append(in.EndpointSlices[0].Endpoints, fixture.Pod(ip, "rs"))
		}
		return in
	}
	old := p.pod("10.1.0.0", echo("0"))
	p.serve(rollout("10.1.0.0"))

	var requests atomic.Int64
	var failures sync.Map
	load, stop := context.WithCancel(p.ctx)
	var clients sync.WaitGroup
	for _, kind := range []struct {
		method   string
		rejected bool
	}{{"GET", true}, {"GET", false}, {"POST", false}} {
		client, method := p.client(), kind.method
		client.Transport.(*http.Transport).DisableKeepAlives = !kind.rejected
		clients.Go(func() {
			for load.Err() == nil {
				status, err := ask(p.ctx, client, method)
				if err != nil || status != http.StatusOK {
					failures.Store(fmt.Sprint(method, " ", status, " ", err), true)
				}
				requests.Add(1)
			}
		})
	}
	for round := 1; round <= 10; round++ {
		ip := fmt.Sprintf("10.1.0.%d", round)
		next := p.pod(ip, echo(ip))
		p.serve(rollout(fmt.Sprintf("10.1.0.%d", round-1), ip)) // surge
		p.serve(rollout(ip))
		// What a pod does when it ends: finish what it has, then go.
		if err := old.Config.Shutdown(p.ctx); err != nil {
			t.Fatal(err)
		}
		old = next
	}
	stop()
	clients.Wait()
	failures.Range(func(failure, _ any) bool {
		t.Errorf("a request failed: %v", failure)
		return true
	})
	t.Logf("%d requests during 20 reloads", requests.Load())
	if requests.Load() < 200 {
		t.Errorf("only %d requests: too few to tell anything", requests.Load())
	}
}

func ask(ctx context.Context, client *http.Client, method string) (int, error) {
	return askFor(ctx, client, method, "http://h/")
}

func askFor(ctx context.Context, client *http.Client, method, url string) (int, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

func TestADeadPodCostsNoRequest(t *testing.T) {
	p := newProxy(t)
	p.pod("10.2.0.1", echo("dead")).Close()
	hangUp := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	p.pod("10.2.0.2", hangUp)
	in := input(fixture.Ingress("web", 0, "h / P a", "h /hang P b"))
	in.EndpointSlices[0].Endpoints = []discoveryv1.Endpoint{fixture.Pod("10.0.0.1", "rs"), fixture.Pod("10.2.0.1", "rs")}
	in.EndpointSlices[1].Endpoints = []discoveryv1.Endpoint{fixture.Pod("10.0.0.2", "rs"), fixture.Pod("10.2.0.2", "rs")}
	p.serve(in)
	for _, request := range []*http.Request{
		p.request("GET", "http://h/", nil), p.request("POST", "http://h/", nil), p.request("GET", "http://h/hang", nil),
	} {
		for range 6 {
			if response, _ := p.do(p.client(), request); response.StatusCode != http.StatusOK {
				t.Errorf("%s %s: %s", request.Method, request.URL.Path, response.Status)
			}
		}
	}
}

func TestAPostIsNotSentTwice(t *testing.T) {
	p := newProxy(t)
	var received atomic.Int64
	hangUp := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		received.Add(1)
		panic(http.ErrAbortHandler)
	})
	p.pod("10.2.0.1", hangUp)
	p.pod("10.2.0.2", hangUp)
	in := input(fixture.Ingress("web", 0, "h / P a"))
	in.EndpointSlices[0].Endpoints = []discoveryv1.Endpoint{fixture.Pod("10.2.0.1", "rs"), fixture.Pod("10.2.0.2", "rs")}
	p.serve(in)
	response, _ := p.do(p.client(), p.request("POST", "http://h/", strings.NewReader("x")))
	if response.StatusCode != http.StatusBadGateway || received.Load() != 1 {
		t.Errorf("%s after %d deliveries, want 502 after 1", response.Status, received.Load())
	}
}

func TestARefusedConfigurationLeavesTheLiveOne(t *testing.T) {
	p := newProxy(t)
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	live := p.Live()
	err := p.Apply(p.ctx, config.Bundle{ID: "bad", Conf: []byte("events {}\nhttp { nonsense; }\n")})
	if err == nil || !strings.Contains(err.Error(), `unknown directive "nonsense"`) {
		t.Errorf("the refused configuration: %v", err)
	}
	if p.Live() != live {
		t.Errorf("%q is said to be live", p.Live())
	}
	if status, saw := p.raw("h", "/"); status != 200 || saw.Pod != "a" {
		t.Errorf("status %d from %q", status, saw.Pod)
	}
}

func TestWebsocketsThroughTLSSurviveAReload(t *testing.T) {
	p := newProxy(t)
	p.pod("10.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Accept compares the Origin with the Host that the proxy passed on.
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		for {
			kind, message, err := conn.Read(r.Context())
			if err != nil || conn.Write(r.Context(), kind, append([]byte("echo "), message...)) != nil {
				return
			}
		}
	}))
	secret := fixture.TLSSecret(t, "s", later, "h")
	in := input(fixture.WithTLS(fixture.Ingress("web", 0, "h /ws P a"), "s", "h"))
	in.Secrets = []*corev1.Secret{secret}
	p.serve(in)

	client := p.client(secret)
	client.Timeout = 0
	client.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	conn, _, err := websocket.Dial(p.ctx, "wss://h/ws", &websocket.DialOptions{ //nolint:bodyclose // a WebSocket has taken it over
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {"https://h"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	for round := range 3 {
		message := fmt.Sprint("message ", round)
		if err := conn.Write(p.ctx, websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, got, err := conn.Read(p.ctx)
		if err != nil || string(got) != "echo "+message {
			t.Fatalf("round %d: %q, %v", round, got, err)
		}
		in.Ingresses = append(in.Ingresses, fixture.Ingress(fmt.Sprint("more-", round), round, fmt.Sprintf("more-%d / P b", round)))
		p.serve(in)
	}
}

func TestPodsSeeTheProtocolOfHTTP11(t *testing.T) {
	p := newProxy(t)
	p.pod("10.0.0.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(seen{Pod: r.Proto})
	}))
	p.serve(input(fixture.Ingress("web", 0, "h / P a")))
	if _, saw := p.do(p.client(), p.request("GET", "http://h/", nil)); saw.Pod != "HTTP/1.1" {
		t.Errorf("pods see %s", saw.Pod)
	}
}
