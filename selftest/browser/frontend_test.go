package browser_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runner/browser"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// A person opens the frontend through the ingress, adds a task, sees it, sees it
// again after a reload, and deletes it. The browser believes the certificate of
// the ingress's own secret only.
func TestFrontend(t *testing.T) {
	r := joined(t)
	if r == nil {
		t.Skipf("%s names no run, and so no platform", run.DirEnv)
	}
	ingress := specified(t).Ingress
	page := open(t, "https://"+ingress.Host+"/", browser.Options{
		Width: 1100, Height: 800,
		Resolve: map[string]string{ingress.Host + ":443": r.Ingress.HTTPS},
		Trust:   certificates(t, ingress),
	})
	title := fmt.Sprintf("Water the plants <%d>", r.Seed)
	first := chromedp.CSS("#tasks .task .title")
	check(t, page.Do(
		chromedp.WaitVisible(chromedp.CSS(`#live[data-state="live"]`)),
		chromedp.SendKeys(chromedp.CSS(`input[name="title"]`), title),
		chromedp.SendKeys(chromedp.CSS(`input[name="tags"]`), "home, garden"),
		chromedp.Click(chromedp.CSS(`#new-task button[type="submit"]`)),
		chromedp.WaitVisible(first),
	))
	shows(t, page, first, title)
	check(t, page.Picture(r.Path("screenshots", "frontend.png"), ""))

	// After a reload it comes from the state store, not from the page's memory.
	check(t, page.Do(chromedp.Reload(), chromedp.WaitVisible(first)))
	shows(t, page, first, title)
	check(t, page.Do(
		chromedp.Click(chromedp.CSS("#tasks .task .remove")),
		chromedp.WaitNotPresent(first),
	))
	if problems := page.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(problems, "\n"))
	}
}

func shows(t *testing.T, page *browser.Page, where chromedp.CSS, want string) {
	t.Helper()
	if got, err := page.Text(where); err != nil || got != want {
		t.Errorf("the page shows the task %q (%v), want %q", got, err, want)
	}
}

// certificates are those of the ingress's TLS secret, read from the cluster.
func certificates(t *testing.T, ingress spec.Ingress) []*x509.Certificate {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), specified(t).Timeouts.APIRequest.Duration)
	defer cancel()
	secret := &corev1.Secret{}
	check(t, cluster(ctx, t).Get(ctx, client.ObjectKey{Namespace: ingress.Namespace, Name: ingress.TLSSecret}, secret))
	var all []*x509.Certificate
	for rest := secret.Data[corev1.TLSCertKey]; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		check(t, err)
		all = append(all, certificate)
	}
	if len(all) == 0 {
		t.Fatalf("Secret %s/%s holds no certificate", ingress.Namespace, ingress.TLSSecret)
	}
	return all
}

// cluster connects to the platform that is up.
func cluster(ctx context.Context, t *testing.T) *kube.Cluster {
	t.Helper()
	repo, err := filepath.Abs(filepath.Join("..", ".."))
	check(t, err)
	up, err := platform.New(repo, specified(t), os.Stderr, false)
	check(t, err)
	c, err := up.Connect(ctx)
	check(t, err)
	return c
}
