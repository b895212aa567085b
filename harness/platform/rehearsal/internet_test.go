package rehearsal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"assay.dev/assay/hermetic/store"
)

var playedRefs = []string{"quay.io/strimzi/operator:0.40.0", "docker.io/library/postgres:15", "ghcr.io/nginx/charts/nginx-ingress:2.5.3"}

// played serves random images under playedRefs, and returns them by reference.
func played(t *testing.T, conditions Conditions) (*Internet, map[string]v1.Image) {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	images := map[string]v1.Image{}
	for _, ref := range playedRefs {
		if images[ref], err = random.Image(32<<10, 2); err != nil {
			t.Fatal(err)
		}
		if err := s.PutImage(ref, "test", images[ref]); err != nil {
			t.Fatal(err)
		}
	}
	internet, err := startOn(t.Context(), "127.0.0.1:0", s.LayoutDir(), playedRefs, conditions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := internet.Stop(); err != nil {
			t.Error(err)
		}
	})
	return internet, images
}

// client asks as a rehearsed process does: each name leads to the played registries,
// whose authority is the only one that is trusted.
func client(t *testing.T, internet *Internet, authority []byte) http.RoundTripper {
	t.Helper()
	trusted := x509.NewCertPool()
	if authority != nil && !trusted.AppendCertsFromPEM(authority) {
		t.Fatal("the authority is no certificate")
	}
	asks := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, internet.address)
		},
	}
	t.Cleanup(asks.CloseIdleConnections)
	return asks
}

// pulled pulls all of an image and returns its digest.
func pulled(t *testing.T, asks http.RoundTripper, ref string) (v1.Hash, error) {
	t.Helper()
	parsed, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	image, err := remote.Image(parsed, remote.WithTransport(asks), remote.WithContext(t.Context()),
		remote.WithRetryBackoff(remote.Backoff{Duration: time.Nanosecond, Steps: 1}))
	if err != nil {
		return v1.Hash{}, err
	}
	layers, err := image.Layers()
	if err != nil {
		return v1.Hash{}, err
	}
	for _, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			return v1.Hash{}, err
		}
		// Content of another digest is an error of reading it.
		if _, err := io.Copy(io.Discard, content); err != nil {
			return v1.Hash{}, err
		}
	}
	return image.Digest()
}

func TestImagesArePulledOverTLSByTheirPublicNamesAndThroughTheMirror(t *testing.T) {
	internet, images := played(t, Conditions{})
	asks := client(t, internet, internet.Authority)
	for ref, image := range images {
		want, err := image.Digest()
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []string{ref, MirrorHost + "/" + MirrorPrefix + "/" + ref} {
			if got, err := pulled(t, asks, place); err != nil || got != want {
				t.Errorf("%s is %s (%v), want %s", place, got, err, want)
			}
		}
	}
}

func TestARegistryHasOnlyItsOwnImages(t *testing.T) {
	internet, _ := played(t, Conditions{})
	asks := client(t, internet, internet.Authority)
	for _, ref := range []string{
		"ghcr.io/strimzi/operator:0.40.0", "quay.io/strimzi/operator:0.41.0",
		MirrorHost + "/" + MirrorPrefix + "/ghcr.io/strimzi/operator:0.40.0",
		MirrorHost + "/strimzi/operator:0.40.0",
	} {
		_, err := pulled(t, asks, ref)
		var answer *transport.Error
		if !errors.As(err, &answer) || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v, want that it is not found", ref, err)
		}
	}
}

func TestWhoDoesNotTrustTheAuthorityPullsNothing(t *testing.T) {
	internet, _ := played(t, Conditions{})
	other, _, err := issue([]string{"quay.io"})
	if err != nil {
		t.Fatal(err)
	}
	for who, authority := range map[string][]byte{"the host": nil, "who trusts another rehearsal's authority": other} {
		_, err := pulled(t, client(t, internet, authority), playedRefs[0])
		var unknown x509.UnknownAuthorityError
		if !errors.As(err, &unknown) {
			t.Errorf("%s: %v, want an unknown authority", who, err)
		}
	}
	_, err = pulled(t, client(t, internet, internet.Authority), "registry.example.com/strimzi/operator:0.40.0")
	var wrong x509.HostnameError
	if !errors.As(err, &wrong) {
		t.Errorf("a registry that is not played: %v, want that the certificate is for others", err)
	}
}

func TestTheRegistryThatShallFailIsOneThatIsAsked(t *testing.T) {
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeLayout(); err != nil {
		t.Fatal(err)
	}
	_, err = startOn(t.Context(), "127.0.0.1:0", s.LayoutDir(), playedRefs, Conditions{Host: "qay.io", Failure: Down})
	if err == nil || !strings.Contains(err.Error(), "quay.io") {
		t.Errorf("a registry that nobody asks: %v, want an error that lists those that are asked", err)
	}
	for _, host := range []string{"quay.io", "docker.io", "ghcr.io", MirrorHost} {
		internet, err := startOn(t.Context(), "127.0.0.1:0", s.LayoutDir(), playedRefs, Conditions{Host: host, Failure: Down})
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		if err := internet.Stop(); err != nil {
			t.Error(err)
		}
	}
}

// TestAPullFailsAsTheRegistryDoes goes the whole way, from the reference to the
// status that the registry answers with.
func TestAPullFailsAsTheRegistryDoes(t *testing.T) {
	for failure, want := range map[Failure]int{
		Down: http.StatusServiceUnavailable, Limited: http.StatusTooManyRequests, Missing: http.StatusNotFound,
	} {
		internet, _ := played(t, Conditions{Host: "docker.io", Failure: failure})
		asks := client(t, internet, internet.Authority)
		_, err := pulled(t, asks, "docker.io/library/postgres:15")
		var answer *transport.Error
		if !errors.As(err, &answer) || answer.StatusCode != want {
			t.Errorf("%s: %v, want status %d", failure, err, want)
		}
		if _, err := pulled(t, asks, "quay.io/strimzi/operator:0.40.0"); err != nil {
			t.Errorf("%s: another registry fails, too: %v", failure, err)
		}
	}
}

func TestOneRehearsalAtATime(t *testing.T) {
	internet, _ := played(t, Conditions{})
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.MakeLayout(); err != nil {
		t.Fatal(err)
	}
	if _, err := startOn(t.Context(), internet.address, s.LayoutDir(), playedRefs, Conditions{}); err == nil || !strings.Contains(err.Error(), "another rehearsal") {
		t.Errorf("got %v, want an error that names another rehearsal", err)
	}
}

func TestHostsAreThoseOfTheReferences(t *testing.T) {
	hosts, err := hostsOf(append(playedRefs, "docker.io/nginx/nginx-ingress:5.4.3"))
	want := []string{"ghcr.io", "index.docker.io", MirrorHost, "quay.io"}
	if err != nil || !slices.Equal(hosts, want) {
		t.Errorf("hosts %v (%v), want %v", hosts, err, want)
	}
	if _, err := hostsOf([]string{"UPPER/case"}); err == nil {
		t.Error("a reference that is none was accepted")
	}
}
