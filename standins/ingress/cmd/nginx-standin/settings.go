package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// settings is the command line.
type settings struct {
	className, controllerName string
	watchNamespaces           list
	publishService            namespacedName
	statusAddresses           list
	trustedProxies            prefixes

	httpListen, httpsListen, healthListen string
	redirectPort                          int

	nginx, runDir, tempDir, accessLog string
	workers, workerConnections        int
	debounce                          time.Duration
	connectTimeout, readTimeout       time.Duration
	workerShutdownTimeout             time.Duration
	drainDelay, drainTimeout          time.Duration
}

func parse(args []string, usage io.Writer) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("nginx-standin", flag.ContinueOnError)
	f.SetOutput(usage)
	f.StringVar(&s.className, "ingress-class", "nginx", "IngressClass whose Ingresses are honoured")
	f.StringVar(&s.controllerName, "controller-name", "nginx.org/ingress-controller", "what that IngressClass has as spec.controller")
	f.Var(&s.watchNamespaces, "watch-namespaces", "namespaces to watch, separated by commas; all when empty")
	f.Var(&s.publishService, "publish-service", "NAMESPACE/NAME of the Service whose addresses go into the Ingresses' status")
	f.Var(&s.statusAddresses, "status-addresses", "IPs or host names for the Ingresses' status, instead of the Service's")
	f.Var(&s.trustedProxies, "trusted-proxies", "CIDRs whose X-Forwarded-For is believed")
	f.StringVar(&s.httpListen, "http-listen", "8080", "where NGINX listens for http: PORT or ADDRESS:PORT")
	f.StringVar(&s.httpsListen, "https-listen", "8443", "where NGINX listens for https: PORT or ADDRESS:PORT")
	f.StringVar(&s.healthListen, "health-listen", ":8081", "where /healthz and /readyz are answered")
	f.IntVar(&s.redirectPort, "redirect-port", 443, "port of https as clients see it, for redirects")
	f.StringVar(&s.nginx, "nginx", "nginx", "the NGINX to run")
	f.StringVar(&s.runDir, "run-dir", "/run/nginx-standin", "directory for configuration and certificates")
	f.StringVar(&s.tempDir, "temp-dir", "/tmp/nginx-standin", "directory for request bodies")
	f.StringVar(&s.accessLog, "access-log", "/dev/stdout", "file for the access log")
	f.IntVar(&s.workers, "workers", 2, "NGINX worker processes")
	f.IntVar(&s.workerConnections, "worker-connections", 1024, "connections of one worker, to clients and pods together")
	f.DurationVar(&s.debounce, "debounce", 100*time.Millisecond, "time for which changes are collected before a reload")
	f.DurationVar(&s.connectTimeout, "connect-timeout", 5*time.Second, "limit for a connection to a pod")
	f.DurationVar(&s.readTimeout, "read-timeout", time.Minute, "limit for the silence of a pod, websockets included")
	f.DurationVar(&s.workerShutdownTimeout, "worker-shutdown-timeout", time.Minute, "limit for connections of an earlier configuration, websockets included")
	f.DurationVar(&s.drainDelay, "drain-delay", 5*time.Second, "time to keep serving after SIGTERM, until load balancers know")
	f.DurationVar(&s.drainTimeout, "drain-timeout", 20*time.Second, "limit for requests under way after that")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return s, s.validate(f.Args())
}

func (s *settings) validate(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q; all settings are flags, see -help", rest[0])
	case s.workers < 1 || s.workerConnections < 16:
		return errors.New("-workers must be at least 1 and -worker-connections at least 16")
	case s.redirectPort < 1 || s.redirectPort > 65535:
		return fmt.Errorf("-redirect-port %d is no port", s.redirectPort)
	case s.debounce < 0 || s.drainDelay < 0 || s.drainTimeout < 0:
		return errors.New("-debounce, -drain-delay and -drain-timeout must not be negative")
	case s.connectTimeout < time.Millisecond || s.readTimeout < time.Millisecond || s.workerShutdownTimeout < time.Millisecond:
		return errors.New("-connect-timeout, -read-timeout and -worker-shutdown-timeout must be at least 1ms")
	default:
		return nil
	}
}

// list is a flag of words that are separated by commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = nil
	for _, word := range strings.Split(value, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*l = append(*l, word)
		}
	}
	return nil
}

type prefixes []netip.Prefix

func (p *prefixes) String() string { return fmt.Sprint([]netip.Prefix(*p)) }

func (p *prefixes) Set(value string) error {
	var words list
	if err := words.Set(value); err != nil {
		return err
	}
	*p = nil
	for _, word := range words {
		prefix, err := netip.ParsePrefix(word)
		if err != nil {
			return fmt.Errorf("%q is no CIDR such as 10.0.0.0/24: %w", word, err)
		}
		*p = append(*p, prefix)
	}
	return nil
}

type namespacedName types.NamespacedName

func (n *namespacedName) String() string {
	if n.Name == "" {
		return ""
	}
	return n.Namespace + "/" + n.Name
}

func (n *namespacedName) Set(value string) error {
	namespace, name, found := strings.Cut(value, "/")
	if value != "" && (!found || namespace == "" || name == "" || strings.Contains(name, "/")) {
		return fmt.Errorf("%q is not NAMESPACE/NAME", value)
	}
	n.Namespace, n.Name = namespace, name
	return nil
}
