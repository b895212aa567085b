package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	discoveryv1 "k8s.io/api/discovery/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

const (
	// clusterDeadline bounds the whole test, with the API server's start.
	clusterDeadline = 3 * time.Minute
	// effectDeadline bounds the time from a change to its effect.
	effectDeadline = 20 * time.Second
)

// cluster is a real API server with the chart installed, and no kubelet: the
// pods behind the proxy are servers of this test.
type cluster struct {
	t     *testing.T
	ctx   context.Context
	kube  client.Client
	admin *rest.Config
}

func newCluster(t *testing.T, chartArgs ...string) *cluster {
	t.Helper()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Skip("no API server: set KUBEBUILDER_ASSETS to a directory with etcd and kube-apiserver")
	}
	if _, err := exec.LookPath(nginxName); err != nil {
		t.Skip("NGINX is not installed (Debian's package nginx)")
	}
	objects, err := fixture.RenderChart(t, filepath.Join("..", "..", "chart"), chartArgs...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), clusterDeadline)
	t.Cleanup(cancel)
	env := &envtest.Environment{BinaryAssetsDirectory: assets}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Errorf("stopping the API server: %v", err)
		}
	})
	admin, err := env.Start()
	if err != nil {
		t.Fatal(err)
	}
	kube, err := client.New(admin, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, ctx: ctx, kube: kube, admin: admin}
	for _, name := range []string{fixture.ReleaseNamespace, fixture.Namespace} {
		c.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	for _, object := range objects {
		c.create(object)
	}
	return c
}

const nginxName = "nginx"

func (c *cluster) create(object client.Object) {
	c.t.Helper()
	if err := c.kube.Create(c.ctx, object); err != nil {
		c.t.Fatalf("creating %T %s: %v", object, object.GetName(), err)
	}
}

// kubeconfig acts as the chart's service account, with its permissions alone.
func (c *cluster) kubeconfig() string {
	c.t.Helper()
	account := "system:serviceaccount:" + fixture.ReleaseNamespace + ":" + fixture.Release + "-controller"
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: c.admin.Host, CertificateAuthorityData: c.admin.CAData}
	config.AuthInfos["test"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: c.admin.CertData, ClientKeyData: c.admin.KeyData,
		Impersonate: account, ImpersonateGroups: []string{"system:serviceaccounts", "system:authenticated"},
	}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "test"}
	config.CurrentContext = "test"
	path := filepath.Join(c.t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// standin is the program under test, run in this process.
type standin struct {
	*settings
	stop  context.CancelFunc
	ended chan error
}

func (c *cluster) run(args ...string) *standin {
	c.t.Helper()
	dir := c.t.TempDir()
	for _, parent := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(parent, 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
	settings, err := parse(append([]string{
		"-http-listen=" + freeAddress(c.t), "-https-listen=" + freeAddress(c.t), "-health-listen=" + freeAddress(c.t),
		"-run-dir=" + filepath.Join(dir, "run"), "-temp-dir=" + filepath.Join(dir, "tmp"), "-access-log=" + filepath.Join(dir, "access.log"),
		"-publish-service=" + fixture.ReleaseNamespace + "/" + fixture.Release + "-controller",
		"-drain-delay=100ms", "-drain-timeout=5s",
	}, args...), io.Discard)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Setenv("KUBECONFIG", c.kubeconfig())
	ctx, stop := context.WithCancel(c.ctx)
	s := &standin{settings: settings, stop: stop, ended: make(chan error, 1)}
	go func() { s.ended <- run(ctx, settings, slog.New(slog.NewTextHandler(io.Discard, nil))) }()
	c.t.Cleanup(func() {
		stop()
		if err := <-s.ended; err != nil {
			c.t.Errorf("the program ended with %v", err)
		}
	})
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// eventually polls until the check succeeds, and returns how long it took.
func (c *cluster) eventually(what string, check func() error) time.Duration {
	c.t.Helper()
	start := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return time.Since(start)
		}
		if time.Since(start) > effectDeadline {
			c.t.Fatalf("%s: not within %v: %v", what, effectDeadline, err)
		}
		<-tick.C
	}
}

// pod serves text on an address that an EndpointSlice may have.
func (c *cluster) pod(text string) (ip string, port int32) {
	c.t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		c.t.Fatal(err)
	}
	for _, address := range addresses {
		ip, ok := address.(*net.IPNet)
		if !ok || ip.IP.To4() == nil || ip.IP.IsLoopback() || ip.IP.IsLinkLocalUnicast() {
			continue
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(ip.IP.String(), "0"))
		if err != nil {
			c.t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
		if err := server.Listener.Close(); err != nil {
			c.t.Fatal(err)
		}
		server.Listener = listener
		server.Start()
		c.t.Cleanup(server.Close)
		return ip.IP.String(), int32(listener.Addr().(*net.TCPAddr).Port)
	}
	c.t.Skip("this machine has no address that a pod may have")
	return "", 0
}

// service makes a Service with one ready pod that answers with text.
func (c *cluster) service(name, text string) *discoveryv1.EndpointSlice {
	c.t.Helper()
	ip, port := c.pod(text)
	slice := fixture.Endpoints(name, fixture.Pod(ip, "rs"))
	slice.Ports = []discoveryv1.EndpointPort{{Name: ptr.To("http"), Port: &port}}
	c.create(fixture.Service(name))
	c.create(slice)
	return slice
}

func (s *standin) get(c *cluster, url string, roots *x509.CertPool) (int, string, error) {
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, Time: func() time.Time { return fixture.Epoch }},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := s.httpListen
			if strings.HasSuffix(address, ":443") {
				to = s.httpsListen
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		},
	}
	request, err := http.NewRequestWithContext(c.ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func (s *standin) answers(c *cluster, url string, roots *x509.CertPool, status int, text string) func() error {
	return func() error {
		got, body, err := s.get(c, url, roots)
		if err != nil {
			return err
		}
		if got != status || status == http.StatusOK && body != text {
			return fmt.Errorf("%s answers %d %.80q, want %d %q", url, got, body, status, text)
		}
		return nil
	}
}

func (s *standin) ready(c *cluster) func() error {
	return func() error {
		request, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://"+s.healthListen+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		reason, err := io.ReadAll(response.Body)
		return errors.Join(fmt.Errorf("not ready: %s", reason), err)
	}
}

func (s *standin) awaitReady(c *cluster) {
	c.t.Helper()
	c.eventually("ready", func() error {
		select {
		case err := <-s.ended:
			s.ended <- nil
			c.t.Fatalf("the program ended: %v", err)
			return nil
		default:
			return s.ready(c)()
		}
	})
}

func (c *cluster) update(slice *discoveryv1.EndpointSlice) {
	c.t.Helper()
	if err := c.kube.Update(c.ctx, slice); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) event(ingress, kind, reason, text string) func() error {
	return func() error {
		var events corev1.EventList
		if err := c.kube.List(c.ctx, &events, client.InNamespace(fixture.Namespace)); err != nil {
			return err
		}
		for _, e := range events.Items {
			if e.InvolvedObject.Kind == "Ingress" && e.InvolvedObject.Name == ingress && e.Type == kind && e.Reason == reason && strings.Contains(e.Message, text) {
				return nil
			}
		}
		return fmt.Errorf("none of the %d events is it", len(events.Items))
	}
}
