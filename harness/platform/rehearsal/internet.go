package rehearsal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"assay.dev/assay/hermetic/registry"
)

// Address is where the played registries listen: an address of this machine that
// nothing else uses.
const Address = "127.66.0.1:443"

// A mirror of the public registries, which keeps them apart by their names.
const (
	MirrorHost   = "mirror.example.test"
	MirrorPrefix = "proxy"
)

// Internet answers under the names of the public registries, over TLS with
// certificates of a throw-away authority.
type Internet struct {
	// Hosts are the names that it answers for.
	Hosts []string
	// Authority is the certificate that whoever asks has to trust, in PEM.
	Authority []byte

	// address is where it listens, with the port.
	address string
	server  *http.Server
	ended   chan error
}

// Start serves the image layout in dir under the registries of refs until Stop.
func Start(ctx context.Context, dir string, refs []string, conditions Conditions) (*Internet, error) {
	return startOn(ctx, Address, dir, refs, conditions)
}

func startOn(ctx context.Context, address, dir string, refs []string, conditions Conditions) (*Internet, error) {
	images, err := registry.New(dir)
	if err != nil {
		return nil, err
	}
	hosts, err := hostsOf(refs)
	if err != nil {
		return nil, err
	}
	served := func(host string) bool { return inReferences(host) == conditions.Host }
	if conditions.Host != "" && !slices.ContainsFunc(hosts, served) {
		return nil, fmt.Errorf("registry %s shall fail, but nothing is pulled from it: choose one of %s", conditions.Host, strings.Join(hosts, ", "))
	}
	authority, certificate, err := issue(hosts)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("play the public registries (does another rehearsal run?): %w", err)
	}
	i := &Internet{Hosts: hosts, Authority: authority, address: listener.Addr().String(), ended: make(chan error, 1)}
	i.server = &http.Server{
		Handler:           conditions.apply(byHost(images)),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { i.ended <- i.server.ServeTLS(conditions.throttle(listener), "", "") }()
	return i, nil
}

// Stop ends the server with all its connections.
func (i *Internet) Stop() error {
	err := i.server.Close()
	if served := <-i.ended; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// hostsOf returns the hosts that a client asks for the references.
func hostsOf(refs []string) ([]string, error) {
	hosts := []string{MirrorHost}
	for _, ref := range refs {
		parsed, err := name.ParseReference(ref)
		if err != nil {
			return nil, err
		}
		if host := parsed.Context().RegistryStr(); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	return hosts, nil
}

// askedHost is the registry that a request is for, as references name it.
func askedHost(r *http.Request) string { return inReferences(hostname(r.Host)) }

func hostname(address string) string {
	host, _, _ := strings.Cut(address, ":")
	return host
}

// inReferences is the name of a registry in references: the one of docker.io is asked
// under another name.
func inReferences(host string) string {
	if host == name.DefaultRegistry {
		return "docker.io"
	}
	return host
}

// byHost tells the registry by the query parameter ns which host was asked, as
// containerd does.
func byHost(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			w.WriteHeader(http.StatusOK)
			return
		}
		host := askedHost(r)
		r = r.Clone(r.Context())
		if rest, ok := strings.CutPrefix(r.URL.Path, "/v2/"+MirrorPrefix+"/"); ok && host == MirrorHost {
			host, rest, _ = strings.Cut(rest, "/")
			r.URL.Path = "/v2/" + rest
		}
		query := r.URL.Query()
		query.Set("ns", host)
		r.URL.RawQuery = query.Encode()
		inner.ServeHTTP(w, r)
	})
}

// issue makes an authority and a certificate of it for the hosts.
func issue(hosts []string) ([]byte, tls.Certificate, error) {
	now := time.Now()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, tls.Certificate{}, fmt.Errorf("make the authority's key: %w", err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "throw-away authority of a rehearsal"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, tls.Certificate{}, fmt.Errorf("make the authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, tls.Certificate{}, fmt.Errorf("make the registries' key: %w", err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return nil, tls.Certificate{}, fmt.Errorf("make the registries' certificate: %w", err)
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return authority, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
