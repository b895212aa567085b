package render

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"assay.dev/assay/spec"
)

// decode returns an object as its Go type.
func decode[T any](t *testing.T, object unstructured.Unstructured) T {
	t.Helper()
	var decoded T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &decoded); err != nil {
		t.Fatalf("%s: %v", Name(object), err)
	}
	return decoded
}

func TestDeploymentsMatchTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		var want, got []string
		for _, specified := range p.Deployments {
			want = append(want, specified.Name)
			checkDeployment(t, p, decode[appsv1.Deployment](t, named(t, objects, "Deployment", specified.Namespace, specified.Name)), specified)
			service := decode[corev1.Service](t, named(t, objects, "Service", specified.Namespace, specified.Name))
			if port := service.Spec.Ports[0].Port; int(port) != specified.Dapr.AppPort {
				t.Errorf("service %s has the port %d, want %d", specified.Name, port, specified.Dapr.AppPort)
			}
		}
		for _, object := range objects {
			ours := func(d spec.Deployment) bool { return d.Namespace == object.GetNamespace() }
			if object.GetKind() == "Deployment" && slices.ContainsFunc(p.Deployments, ours) {
				got = append(got, object.GetName())
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("deployments: (-want +got)\n%s", diff)
		}
	})
}

func checkDeployment(t *testing.T, p *spec.Platform, got appsv1.Deployment, want spec.Deployment) {
	t.Helper()
	name, rollout, pod := want.Name, p.Rollout, got.Spec.Template
	app := pod.Spec.Containers[0]
	differ := func(what string, got, want any) {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, %s: (-want +got)\n%s", name, what, diff)
		}
	}
	differ("replicas", int(*got.Spec.Replicas), want.Replicas)
	differ("maxSurge", got.Spec.Strategy.RollingUpdate.MaxSurge.String(), rollout.MaxSurge)
	differ("maxUnavailable", got.Spec.Strategy.RollingUpdate.MaxUnavailable.String(), rollout.MaxUnavailable)
	differ("progress deadline", seconds(*got.Spec.ProgressDeadlineSeconds), rollout.ProgressDeadline.Duration)
	differ("grace period", time.Duration(*pod.Spec.TerminationGracePeriodSeconds)*time.Second, rollout.TerminationGracePeriod.Duration)
	differ("app resources", specResources(app.Resources), specString(want.App))
	sidecar := func(what string) spec.Quantity {
		return spec.MustQuantity(pod.Annotations["dapr.io/sidecar-"+what])
	}
	if want.Dapr.Enabled {
		differ("sidecar resources", specString(spec.Resources{
			CPURequest: sidecar("cpu-request"), CPULimit: sidecar("cpu-limit"),
			MemoryRequest: sidecar("memory-request"), MemoryLimit: sidecar("memory-limit"),
		}), specString(want.Sidecar))
	}
	differ("dapr", []string{
		pod.Annotations["dapr.io/enabled"], pod.Annotations["dapr.io/app-id"], pod.Annotations["dapr.io/app-port"],
	}, []string{strconv.FormatBool(want.Dapr.Enabled), want.Dapr.AppID, strconv.Itoa(want.Dapr.AppPort)})
	for _, probe := range []struct {
		name string
		got  *corev1.Probe
		want spec.Probe
	}{
		{"startup", app.StartupProbe, rollout.Probes.Startup},
		{"readiness", app.ReadinessProbe, rollout.Probes.Readiness},
		{"liveness", app.LivenessProbe, rollout.Probes.Liveness},
	} {
		differ(probe.name+" probe", fmt.Sprint(probe.got.HTTPGet.Path, seconds(probe.got.PeriodSeconds), seconds(probe.got.TimeoutSeconds), probe.got.FailureThreshold),
			fmt.Sprint(probe.want.Path, probe.want.Period.Duration, probe.want.Timeout.Duration, probe.want.FailureThreshold))
	}
	if image := want.Image; app.Image != image && !strings.HasPrefix(app.Image, imageRegistry+"/") {
		t.Errorf("%s has the image %s, want %s", want.Name, app.Image, image)
	}
}

func seconds(number int32) time.Duration { return time.Duration(number) * time.Second }

func TestSubscriptionsMatchTheSpec(t *testing.T) {
	type subscription struct{ App, PubSub, Topic, Route, DeadLetterTopic string }
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := map[string]subscription{}
		for _, s := range p.Dapr.Subscriptions {
			want[s.Name] = subscription{s.App, s.PubSub, s.Topic, s.Route, s.DeadLetterTopic}
		}
		got := map[string]subscription{}
		for _, object := range objects {
			if object.GetKind() != "Subscription" {
				continue
			}
			text := func(path ...string) string { value, _ := at(object, path...).(string); return value }
			rules, _ := at(object, "spec", "routes", "rules").([]any)
			routes := map[any]bool{}
			if route := text("spec", "routes", "default"); route != "" {
				routes[route] = true
			}
			for _, rule := range rules {
				routes[rule.(map[string]any)["path"]] = true
			}
			scopes, _ := at(object, "scopes").([]any)
			if len(routes) != 1 || len(scopes) != 1 {
				t.Errorf("%s has the routes %v and the scopes %v, want one of each", Name(object), routes, scopes)
				continue
			}
			for route := range routes {
				got[object.GetName()] = subscription{
					scopes[0].(string), text("spec", "pubsubname"), text("spec", "topic"), route.(string), text("spec", "deadLetterTopic"),
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("subscriptions: (-want +got)\n%s", diff)
		}
	})
}

func TestIngressMatchesTheSpec(t *testing.T) {
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := p.Ingress
		ingress := decode[networkingv1.Ingress](t, named(t, objects, "Ingress", want.Namespace, want.Name))
		var routes []spec.Route
		for _, rule := range ingress.Spec.Rules {
			if rule.Host != want.Host {
				t.Errorf("there is a rule for %q, want %q alone", rule.Host, want.Host)
			}
			for _, path := range rule.HTTP.Paths {
				upgraded := strings.Split(ingress.Annotations["nginx.org/websocket-services"], ",")
				routes = append(routes, spec.Route{
					Path: path.Path, Service: path.Backend.Service.Name, Port: int(path.Backend.Service.Port.Number),
					WebSocket: slices.Contains(upgraded, path.Backend.Service.Name),
				})
			}
		}
		if diff := cmp.Diff(want.Paths, routes, cmpopts.IgnoreFields(spec.Route{}, "Example")); diff != "" {
			t.Errorf("routes: (-want +got)\n%s", diff)
		}
		entries := []networkingv1.IngressTLS{{Hosts: []string{want.Host}, SecretName: want.TLSSecret}}
		if diff := cmp.Diff(entries, ingress.Spec.TLS); diff != "" {
			t.Errorf("TLS: (-want +got)\n%s", diff)
		}
		if got := *ingress.Spec.IngressClassName; got != want.Class {
			t.Errorf("the class is %s, want %s", got, want.Class)
		}
	})
}

// TestTheCertificateServesItsHost checks what the chart makes where there is no
// cluster to find an earlier one on.
func TestTheCertificateServesItsHost(t *testing.T) {
	const longEnough = 365 * 24 * time.Hour
	eachPlatform(t, func(t *testing.T, p *spec.Platform, objects []unstructured.Unstructured) {
		want := p.Ingress
		secret := named(t, objects, "Secret", want.Namespace, want.TLSSecret)
		if got := at(secret, "type"); got != string(corev1.SecretTypeTLS) {
			t.Errorf("the secret is of type %v", got)
		}
		pem := func(name string) []byte {
			text, _ := at(secret, "data", name).(string)
			content, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			return content
		}
		pair, err := tls.X509KeyPair(pem(corev1.TLSCertKey), pem(corev1.TLSPrivateKeyKey))
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(pair.Leaf)
		_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: want.Host, Roots: roots, CurrentTime: time.Now().Add(longEnough)})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestOKENeedsARegistryForTheWorkloads(t *testing.T) {
	t.Setenv(ImageRegistryEnv, "")
	_, err := find(t).Render(t.Context(), Options{Environment: "oke", Selector: "name=workloads"})
	if err == nil || !strings.Contains(err.Error(), ImageRegistryEnv+" is not set") {
		t.Errorf("got %v, want an error that names %s", err, ImageRegistryEnv)
	}
}
