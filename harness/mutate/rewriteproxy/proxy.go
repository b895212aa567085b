// Package rewriteproxy is an API proxy that rewrites responses of the Kubernetes API for
// some objects. With it a check is tested against a state that cannot be made on a
// platform that has to keep running: a namespace that is gone, a node that is not ready,
// a version that does not exist.
package rewriteproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// View is one object as the proxy shows it: hidden, changed, or with another answer.
type View struct {
	Kind, Namespace, Name string
	// Absent hides the object; Patch (RFC 6902) is what is changed about it.
	Absent bool
	Patch  []map[string]any
	// Override changes what a pod answers through a forwarded port.
	Override *Override
}

// Override replaces a text by another of the same length wherever a pod sends it. The
// pod itself is not changed.
type Override struct{ Text, As string }

// Proxy is a running proxy.
type Proxy struct {
	server *httptest.Server
	views  []view
}

type view struct {
	View
	patch jsonpatch.Patch
}

// Open starts a proxy before the cluster of config, on loopback.
func Open(config *rest.Config, views []View) (*Proxy, error) {
	// Commands in pods and forwarded ports leave HTTP for a protocol of their own,
	// which a connection of HTTP/2 cannot.
	config = rest.CopyConfig(config)
	config.NextProtos = []string{"http/1.1"}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, fmt.Errorf("open the API proxy: %w", err)
	}
	upstream, err := url.Parse(config.Host)
	if err != nil {
		return nil, fmt.Errorf("open the API proxy: %w", err)
	}
	l := &Proxy{}
	for _, v := range views {
		if v.Override != nil && (len(v.Override.Text) != len(v.Override.As) || v.Override.Text == "") {
			return nil, fmt.Errorf("open the API proxy: %q cannot stand for %q: they are not of one length", v.Override.As, v.Override.Text)
		}
		raw, err := json.Marshal(v.Patch)
		if err != nil {
			return nil, fmt.Errorf("open the API proxy: %w", err)
		}
		patch, err := jsonpatch.DecodePatch(raw)
		if err != nil {
			return nil, fmt.Errorf("open the API proxy: %s %s: %w", v.Kind, v.Name, err)
		}
		l.views = append(l.views, view{v, patch})
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(upstream)
			r.Out.Header.Del("Authorization") // the proxy has the credential
			if r.In.Method == http.MethodGet && r.In.Header.Get("Upgrade") == "" {
				// As complete JSON, so that it can be changed.
				r.Out.Header.Set("Accept", "application/json")
				r.Out.Header.Del("Accept-Encoding")
			}
		},
		ModifyResponse: l.modify,
		FlushInterval:  -1, // watches
	}
	l.server = httptest.NewTLSServer(proxy)
	return l, nil
}

// Close ends the proxy and the connections through it.
func (l *Proxy) Close() {
	l.server.CloseClientConnections()
	l.server.Close()
}

// Kubeconfig writes a kubeconfig that leads through the proxy.
func (l *Proxy) Kubeconfig(path string) error {
	authority := &bytes.Buffer{}
	writeCertificate(authority, l.server.Certificate().Raw)
	config := clientcmdapi.NewConfig()
	config.Clusters["proxy"] = &clientcmdapi.Cluster{Server: l.server.URL, CertificateAuthorityData: authority.Bytes()}
	// A client of the proxy needs no credential, and some clients require one.
	config.AuthInfos["proxy"] = &clientcmdapi.AuthInfo{Token: "proxy"}
	config.Contexts["proxy"] = &clientcmdapi.Context{Cluster: "proxy", AuthInfo: "proxy"}
	config.CurrentContext = "proxy"
	content, err := clientcmd.Write(*config)
	if err != nil {
		return fmt.Errorf("write the API proxy's kubeconfig: %w", err)
	}
	return os.WriteFile(path, content, 0o600)
}

// modify changes an answer in JSON: an object, a list, or a watch; or what comes
// through a forwarded port.
func (l *Proxy) modify(response *http.Response) error {
	request := response.Request
	if response.StatusCode == http.StatusSwitchingProtocols {
		l.listen(response)
		return nil
	}
	if request.Method != http.MethodGet || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return nil
	}
	if request.URL.Query().Get("watch") != "" {
		response.Body = l.watch(request.Context(), response.Body)
		return nil
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	changed, there, err := l.change(content)
	if err != nil {
		return err
	}
	if !there {
		response.StatusCode = http.StatusNotFound
		changed = []byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,"message":"not found"}`)
	}
	response.Body = io.NopCloser(bytes.NewReader(changed))
	response.ContentLength = int64(len(changed))
	response.Header.Set("Content-Length", fmt.Sprint(len(changed)))
	return nil
}
