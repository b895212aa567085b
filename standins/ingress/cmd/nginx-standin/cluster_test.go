package main

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	discoveryv1 "k8s.io/api/discovery/v1"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestAgainstARealAPIServer(t *testing.T) {
	c := newCluster(t)
	s := c.run()
	s.awaitReady(c)

	secret := fixture.TLSSecret(t, "tls", fixture.Epoch.AddDate(100, 0, 0), "todo.example")
	c.create(secret)
	slice := c.service("a", "first")
	ing := fixture.WithTLS(fixture.Ingress("web", 0, "todo.example / P a", "plain.example / P a"), "tls", "todo.example")
	c.create(ing)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(secret.Data[corev1.TLSCertKey])
	took := c.eventually("a new Ingress", s.answers(c, "https://todo.example/", roots, http.StatusOK, "first"))
	t.Logf("a new Ingress was served after %v", took)

	c.eventually("its status", func() error {
		var service corev1.Service
		if err := c.kube.Get(c.ctx, types.NamespacedName{Namespace: fixture.ReleaseNamespace, Name: fixture.Release + "-controller"}, &service); err != nil {
			return err
		}
		if err := c.kube.Get(c.ctx, client.ObjectKeyFromObject(ing), ing); err != nil {
			return err
		}
		if got := ing.Status.LoadBalancer.Ingress; len(got) != 1 || got[0].IP != service.Spec.ClusterIP {
			return fmt.Errorf("the status has %v, the Service %s", got, service.Spec.ClusterIP)
		}
		return nil
	})
	c.eventually("its event", c.event("web", corev1.EventTypeNormal, "AddedOrUpdated", "Configuration for todo-app/web was added or updated"))

	ip, port := c.pod("second")
	slice.Endpoints, slice.Ports[0].Port = []discoveryv1.Endpoint{fixture.Pod(ip, "rs")}, &port
	c.update(slice)
	took = c.eventually("another pod", s.answers(c, "https://todo.example/", roots, http.StatusOK, "second"))
	t.Logf("another pod was served after %v", took)

	slice.Endpoints[0].Conditions.Ready = ptr.To(false)
	c.update(slice)
	c.eventually("no ready pod", s.answers(c, "https://todo.example/", roots, http.StatusServiceUnavailable, ""))
	slice.Endpoints[0].Conditions.Ready = ptr.To(true)
	c.update(slice)
	c.eventually("a ready pod", s.answers(c, "https://todo.example/", roots, http.StatusOK, "second"))

	if err := c.kube.Delete(c.ctx, secret); err != nil {
		t.Fatal(err)
	}
	c.eventually("a deleted secret", func() error {
		if _, _, err := s.get(c, "https://todo.example/", roots); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
			return fmt.Errorf("the handshake was not refused: %w", orUnknown(err))
		}
		return nil
	})
	c.eventually("its event", c.event("web", corev1.EventTypeWarning, "AddedOrUpdatedWithWarning", `secret "tls" does not exist`))
	if err := s.answers(c, "http://plain.example/", nil, http.StatusOK, "second")(); err != nil {
		t.Errorf("the other host of the Ingress: %v", err)
	}

	if err := c.kube.Delete(c.ctx, ing); err != nil {
		t.Fatal(err)
	}
	c.eventually("a deleted Ingress", s.answers(c, "http://plain.example/", nil, http.StatusNotFound, ""))
	s.awaitReady(c)
}

func TestWhatTheAPIServerLetsThroughAndNGINXMustNotSee(t *testing.T) {
	c := newCluster(t)
	s := c.run()
	s.awaitReady(c)
	c.service("a", "fine")
	ing := fixture.Ingress("web", 0, "h.example / P a")
	for _, path := range []string{"/x; } server { listen 9999; }", "/x\nreturn 200 pwned;", `/x" { } location "/y`, "/x{}", "/$request_body"} {
		ing.Spec.Rules[0].HTTP.Paths = append(ing.Spec.Rules[0].HTTP.Paths, fixture.Path(path, "I", "a"))
	}
	ing.Annotations = map[string]string{"nginx.org/location-snippets": "return 200 pwned;"}
	c.create(ing)
	c.eventually("the good path", s.answers(c, "http://h.example/", nil, http.StatusOK, "fine"))
	c.eventually("the event on a path", c.event("web", corev1.EventTypeWarning, "AddedOrUpdatedWithWarning", "which a URL must carry percent-encoded"))
	c.eventually("the event on the annotation", c.event("web", corev1.EventTypeWarning, "AddedOrUpdatedWithWarning", "nginx.org/location-snippets"))
	conf, err := os.ReadFile(filepath.Join(s.runDir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, banned := range []string{"9999", "pwned"} {
		if strings.Contains(string(conf), banned) {
			t.Errorf("the configuration has %q", banned)
		}
	}
}

func TestPermissionsInOneNamespaceSuffice(t *testing.T) {
	c := newCluster(t, "--set", "controller.watchNamespace="+fixture.Namespace)
	s := c.run("-watch-namespaces=" + fixture.Namespace)
	s.awaitReady(c)
	c.service("a", "here")
	ing := fixture.Ingress("web", 0, "h.example / P a")
	c.create(ing)
	c.eventually("the Ingress", s.answers(c, "http://h.example/", nil, http.StatusOK, "here"))
	c.eventually("its status", func() error {
		if err := c.kube.Get(c.ctx, client.ObjectKeyFromObject(ing), ing); err != nil {
			return err
		}
		if len(ing.Status.LoadBalancer.Ingress) != 1 {
			return fmt.Errorf("the status is %+v", ing.Status)
		}
		return nil
	})
}

func TestTheProgramEndsWithNGINX(t *testing.T) {
	c := newCluster(t)
	s := c.run()
	s.awaitReady(c)
	content, err := os.ReadFile(filepath.Join(s.runDir, "nginx.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err == nil || !strings.Contains(err.Error(), "NGINX ended") {
			t.Errorf("the program ended with %v", err)
		}
		s.ended <- nil
	case <-c.ctx.Done():
		t.Fatal("the program goes on without NGINX")
	}
}
