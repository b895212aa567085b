package controller

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"assay.dev/assay/standins/ingress/config"
	"assay.dev/assay/standins/ingress/internal/fixture"
)

func TestWhatTheClusterHasComesLive(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, objects...)
	r.mustStep()
	conf := string(r.plane.applied[0].Conf)
	for _, want := range []string{"server_name h;", "proxy_pass http://todo-app.a.80;", "server 10.0.0.1:3000 "} {
		if !strings.Contains(conf, want) {
			t.Errorf("the configuration lacks %q", want)
		}
	}
	if got := len(r.plane.applied[0].Certificates); got != 1 {
		t.Errorf("%d certificates, want the secret's", got)
	}

	var slice discoveryv1.EndpointSlice
	r.get("a-abcde", &slice)
	slice.Endpoints = append(slice.Endpoints, fixture.Pod("10.0.0.2", "rs"))
	r.update(&slice)
	r.mustStep()
	if conf := string(r.plane.applied[1].Conf); !strings.Contains(conf, "server 10.0.0.2:3000 ") {
		t.Error("a pod that came is not in the configuration")
	}
}

func TestAnEmptyClusterHasAConfiguration(t *testing.T) {
	r := newRig(t)
	r.Progress.Changed()
	r.mustStep()
	if len(r.plane.applied) != 1 || r.ready() != nil {
		t.Errorf("%d configurations, %v", len(r.plane.applied), r.ready())
	}
}

func TestAFailedApplyIsTriedAgainAndSaidNowhereAsDone(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, objects...)
	r.StatusAddresses = []string{"192.0.2.1"}
	r.plane.applyErr = errors.New("no room")
	if err := r.step(); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("step: %v", err)
	}
	if reasons := r.published(); len(reasons) != 0 || r.patches != 0 {
		t.Errorf("told %v and wrote %d statuses of what is not live", reasons, r.patches)
	}
	if err := r.ready(); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("Ready: %v", err)
	}
	r.plane.applyErr = nil
	r.mustStep()
	if err := r.ready(); err != nil {
		t.Errorf("Ready: %v", err)
	}
}

func TestCertificatesAreCheckedOnce(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, objects...)
	r.mustStep()
	r.mustStep()
	if r.plane.checked != 1 {
		t.Errorf("checked %d times", r.plane.checked)
	}
	var secret corev1.Secret
	r.get("s", &secret)
	secret.Data = fixture.TLSSecret(t, "s", fixture.Epoch.AddDate(100, 0, 0), "h").Data
	r.update(&secret)
	r.plane.checkErr = fmt.Errorf("%w: ee key too small", config.ErrRefused)
	r.published()
	for range 2 {
		r.mustStep()
	}
	if r.plane.checked != 2 {
		t.Errorf("checked %d times", r.plane.checked)
	}
	reasons := r.published()
	if len(reasons) != 1 || !strings.Contains(reasons[0], "Warning AddedOrUpdatedWithWarning TLS handshakes for h are refused") || !strings.Contains(reasons[0], "ee key too small") {
		t.Errorf("told %q", reasons)
	}
}

func TestACertificateThatCouldNotBeCheckedIsNotRefused(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, objects...)
	r.plane.checkErr = errors.New("disk full")
	if err := r.step(); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("step: %v", err)
	}
	if len(r.plane.applied) != 0 {
		t.Error("a configuration was applied without the certificate")
	}
	r.plane.checkErr = nil
	r.mustStep()
	if r.plane.checked != 2 || len(r.plane.applied[0].Certificates) != 1 {
		t.Errorf("checked %d times; %d certificates", r.plane.checked, len(r.plane.applied[0].Certificates))
	}
}

func TestEventsTellEachThingOnce(t *testing.T) {
	ing, objects := web(t)
	ing.Spec.Rules = append(ing.Spec.Rules, fixture.Ingress("x", 0, "h /gone P gone").Spec.Rules...)
	r := newRig(t, objects...)
	problem := `Warning AddedOrUpdatedWithWarning path "/gone" of h answers 503: service "gone" does not exist in namespace todo-app`
	expect := func(what string, want ...string) {
		t.Helper()
		r.mustStep()
		if got := r.published(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: told %q, want %q", what, got, want)
		}
	}
	expect("first", problem)
	expect("nothing changed")

	if err := r.Client.Create(t.Context(), fixture.Service("gone")); err != nil {
		t.Fatal(err)
	}
	expect("mended", "Normal AddedOrUpdated Configuration for todo-app/web was added or updated")
	expect("nothing changed")

	var current networkingv1.Ingress
	r.get("web", &current)
	current.Generation++
	r.update(&current)
	expect("edited", "Normal AddedOrUpdated Configuration for todo-app/web was added or updated")

	if err := r.Client.Delete(t.Context(), fixture.Service("gone")); err != nil {
		t.Fatal(err)
	}
	expect("broken again", problem)
}

func TestAConflictIsToldToTheYounger(t *testing.T) {
	_, objects := web(t)
	r := newRig(t, append(objects, fixture.Ingress("younger", 1, "h / P a"))...)
	r.mustStep()
	reasons := strings.Join(r.published(), "\n")
	if !strings.Contains(reasons, `Warning AddedOrUpdatedWithWarning path "/" of h left out: todo-app/web claimed it first`) ||
		!strings.Contains(reasons, "Normal AddedOrUpdated Configuration for todo-app/web") || strings.Contains(reasons, "Normal AddedOrUpdated Configuration for todo-app/younger") {
		t.Errorf("told %s", reasons)
	}
}

func TestARejectedIngressIsReportedAndKeepsItsStatus(t *testing.T) {
	ing, objects := web(t)
	ing.Annotations["nginx.org/websocket-services"] = "elsewhere"
	r := newRig(t, objects...)
	r.StatusAddresses = []string{"192.0.2.1"}
	r.mustStep()
	reasons := r.published()
	if len(reasons) != 1 || !strings.Contains(reasons[0], "Warning Rejected") || !strings.Contains(reasons[0], "elsewhere") {
		t.Errorf("events %q, want one that rejects the Ingress", reasons)
	}
	if conf := string(r.plane.applied[0].Conf); strings.Contains(conf, "server_name h;") {
		t.Error("a host of a rejected Ingress is served")
	}
	var current networkingv1.Ingress
	if r.get("web", &current); len(current.Status.LoadBalancer.Ingress) > 0 {
		t.Errorf("its status has the addresses %v", current.Status.LoadBalancer.Ingress)
	}

	current.Annotations["nginx.org/websocket-services"] = "a"
	current.Generation++
	r.update(&current)
	r.mustStep()
	if reasons := r.published(); len(reasons) != 1 || !strings.Contains(reasons[0], "Normal AddedOrUpdated") {
		t.Errorf("corrected: events %q", reasons)
	}
}

func TestEventMessagesFitTheAPI(t *testing.T) {
	for _, message := range []string{strings.Repeat("x", 2000), strings.Repeat("é", 600), "\xff" + strings.Repeat("x", 2000)} {
		got := shorten(message)
		if len(got) > maxMessage || len(got) < maxMessage-8 || strings.ToValidUTF8(got, "") != got {
			t.Errorf("%d bytes became %d: …%q", len(message), len(got), got[len(got)-8:])
		}
	}
	if got := shorten("short"); got != "short" {
		t.Errorf("%q", got)
	}
}
