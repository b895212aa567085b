package config

import (
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Input is one consistent snapshot of the objects that shape the
// configuration. Build only reads it: objects may come straight from a cache.
type Input struct {
	Ingresses      []*networkingv1.Ingress
	IngressClasses []*networkingv1.IngressClass
	Services       []*corev1.Service
	EndpointSlices []*discoveryv1.EndpointSlice
	// Secrets of type kubernetes.io/tls; others are ignored.
	Secrets []*corev1.Secret
}

// Options is what does not come from the cluster.
type Options struct {
	// ClassName is the IngressClass whose Ingresses are honoured, and
	// ControllerName what that class must name in spec.controller.
	ClassName      string
	ControllerName string

	// HTTPListen and HTTPSListen are `listen` addresses: "8080" or
	// "127.0.0.1:8080".
	HTTPListen  string
	HTTPSListen string
	// RedirectPort is the port of https as clients see it; 443 is left out of
	// redirects.
	RedirectPort int

	// RunDir holds nginx.conf, certificates, the pid file and the status
	// socket; TempDir holds request bodies that do not fit in memory.
	RunDir  string
	TempDir string
	// AccessLog is a file to append to, /dev/stdout in a container.
	AccessLog string

	// Workers and WorkerConnections size NGINX: processes, and connections
	// (to clients and to pods together) of each.
	Workers           int
	WorkerConnections int
	// ShutdownTimeout bounds how long a worker of an earlier configuration
	// may keep serving what it had accepted, websockets above all.
	ShutdownTimeout time.Duration
	// ConnectTimeout bounds the TCP connection to a pod, ReadTimeout the
	// silence between two reads from it or writes to it.
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration

	// TrustedProxies may state the client's address by X-Forwarded-For. From
	// everyone else that header is replaced.
	TrustedProxies []netip.Prefix

	// CheckCertificate, when set, reports whether NGINX can load a certificate:
	// OpenSSL refuses some that Go accepts (keys that are too short, say), and
	// one that it refuses would make it refuse the whole configuration.
	CheckCertificate func(Certificate) error
	// Now is the time against which certificates' validity is judged.
	Now time.Time
}
