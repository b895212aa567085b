package ocisim

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// API versions as they stand in front of every path.
const (
	coreAPI = "/20160918"
	okeAPI  = "/20180222"
	lbAPI   = "/20170115"
)

// Options configure a Server.
type Options struct {
	// Region that OCIDs, domains and service names carry. Empty: eu-frankfurt-1.
	Region string
	// Keys are the public keys that may sign, by key id (tenancy/user/fingerprint).
	Keys map[string]*rsa.PublicKey
	// WorkTime is how long an asynchronous operation takes. Zero finishes it
	// before the next request is answered.
	WorkTime time.Duration
	// Kubeconfig returns what the kubeconfig call answers for a cluster, so that a
	// cluster which really runs can stand behind the emulated one. Nil: the
	// kubeconfig that OKE writes, which asks the oci CLI for a token.
	Kubeconfig func(ctx context.Context, clusterID string) ([]byte, error)
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// Server is one emulated region with one tenancy. Its methods may be called
// from any goroutine.
type Server struct {
	opts Options

	mu       sync.Mutex
	sequence int
	pending  []transition
	faults   []*activeFault
	calls    []Call
	awaited  []*awaitedCall

	vcns             *kind[VCN, *VCN]
	subnets          *kind[Subnet, *Subnet]
	internetGateways *kind[InternetGateway, *InternetGateway]
	natGateways      *kind[NATGateway, *NATGateway]
	serviceGateways  *kind[ServiceGateway, *ServiceGateway]
	routeTables      *kind[RouteTable, *RouteTable]
	securityLists    *kind[SecurityList, *SecurityList]
	dhcpOptions      *kind[DHCPOptions, *DHCPOptions]
	clusters         *kind[Cluster, *Cluster]
	nodePools        *kind[NodePool, *NodePool]
	databases        *kind[AutonomousDatabase, *AutonomousDatabase]
	loadBalancers    *kind[LoadBalancer, *LoadBalancer]
	volumes          *kind[Volume, *Volume]
	workRequests     map[string]*workRequest
	buckets          []*bucket

	handler  http.Handler
	listener net.Listener
	http     *http.Server
	served   chan struct{}
}

// transition is a change of state that happens when its time has come.
type transition struct {
	due   time.Time
	apply func()
}

// New makes a server that is not listening yet.
func New(opts Options) *Server {
	if opts.Region == "" {
		opts.Region = "eu-frankfurt-1"
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Server{opts: opts, workRequests: map[string]*workRequest{}}
	s.defineKinds()

	mux := http.NewServeMux()
	for _, k := range s.kinds() {
		k.mount(mux)
	}
	s.mountLookups(mux)
	s.mountClusters(mux)
	s.mountWorkRequests(mux)
	s.mountObjectStorage(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, notFound("%s %s is not emulated", r.Method, r.URL.Path))
	})

	s.handler = s.logged(s.authenticated(s.faulted(mux)))
	return s
}

// Start listens on a free loopback port. It never listens elsewhere.
func (s *Server) Start(ctx context.Context) error {
	return s.StartOn(ctx, "127.0.0.1:0")
}

// StartOn listens on a loopback address, host:port. The context bounds the start
// alone; Close ends the listening.
func (s *Server) StartOn(ctx context.Context, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("listen address %q is not loopback: use 127.0.0.1:PORT", address)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	s.listener = listener
	s.http = &http.Server{Handler: s.Control(), ReadHeaderTimeout: 10 * time.Second}
	s.served = make(chan struct{})
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener)
	}()
	return nil
}

// Close stops listening and waits until the last request is answered or ctx ends.
func (s *Server) Close(ctx context.Context) error {
	if s.http == nil {
		return nil
	}
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	<-s.served
	return nil
}

// URL is the server's address, http://127.0.0.1:port.
func (s *Server) URL() string {
	return "http://" + s.listener.Addr().String()
}

// ServeHTTP lets tests drive the server without a socket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// later applies a change after the configured work time. Callers hold s.mu.
func (s *Server) later(apply func()) {
	s.pending = append(s.pending, transition{due: s.opts.Now().Add(s.opts.WorkTime), apply: apply})
}

// settle applies every change whose time has come, oldest first. Callers hold s.mu.
func (s *Server) settle() {
	now := s.opts.Now()
	for len(s.pending) > 0 && !s.pending[0].due.After(now) {
		next := s.pending[0]
		s.pending = s.pending[1:]
		next.apply()
	}
}
