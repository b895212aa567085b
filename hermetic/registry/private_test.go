package registry

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"assay.dev/assay/hermetic/store"
)

var known = Credentials{User: "assay", Password: "s3cr3t"}

// both serves a mirror of one image and a private registry over dir.
func both(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "ghcr.io/dapr/daprd:1")
	mirror, err := New(s.LayoutDir())
	if err != nil {
		t.Fatal(err)
	}
	private, err := NewPrivate(dir, known)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(Registries{Mirror: mirror, Private: private})
	t.Cleanup(server.Close)
	return server
}

func reference(t *testing.T, server *httptest.Server) name.Reference {
	t.Helper()
	ref, err := name.NewTag(strings.TrimPrefix(server.URL, "http://")+"/assay/workloads/todo-backend:dev", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func index(t *testing.T) v1.ImageIndex {
	t.Helper()
	image, err := random.Image(512, 2)
	if err != nil {
		t.Fatal(err)
	}
	return mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: image})
}

// as is a client's option to present a user and a password.
func as(user, password string) remote.Option {
	return remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: user, Password: password}))
}

// TestWithoutCredentialsNothingIsPushedOrPulled is what ends as ImagePullBackOff in a
// pod without a pull secret.
func TestWithoutCredentialsNothingIsPushedOrPulled(t *testing.T) {
	server := both(t, t.TempDir())
	ref, pushed := reference(t, server), index(t)
	if err := remote.WriteIndex(ref, pushed, as(known.User, known.Password)); err != nil {
		t.Fatalf("push with credentials: %v", err)
	}
	for client, option := range map[string]remote.Option{
		"anonymous":        remote.WithAuth(authn.Anonymous),
		"another password": as(known.User, "other"),
		"another user":     as("other", known.Password),
		"no password":      as(known.User, ""),
		"part of one":      as(known.User, known.Password[:3]),
	} {
		if err := remote.WriteIndex(ref, index(t), option); !refused(err) {
			t.Errorf("%s: a push ended with %v, want 401", client, err)
		}
		if _, err := remote.Index(ref, option); !refused(err) {
			t.Errorf("%s: a pull ended with %v, want 401", client, err)
		}
	}
	pulled, err := remote.Index(ref, as(known.User, known.Password))
	if err != nil {
		t.Fatalf("pull with credentials: %v", err)
	}
	want, err := pushed.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pulled.Digest(); err != nil || got != want {
		t.Errorf("pulled %s (%v), want what was pushed with credentials, %s", got, err, want)
	}
	if err := validate.Index(pulled); err != nil {
		t.Error(err)
	}
}

func refused(err error) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && answer.StatusCode == http.StatusUnauthorized
}

// TestContainerdFindsThePrivateRegistryBehindTheMirror asks as a node does: at the
// mirror's address, with the registry that is meant in ns, and with the pull secret's
// credentials once they are asked for.
func TestContainerdFindsThePrivateRegistryBehindTheMirror(t *testing.T) {
	server := both(t, t.TempDir())
	if err := remote.WriteIndex(reference(t, server), index(t), as(known.User, known.Password)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		path        string
		credentials Credentials
		want        int
	}{
		{"/v2/assay/workloads/todo-backend/manifests/dev?ns=localhost:5001", Credentials{}, http.StatusUnauthorized},
		{"/v2/assay/workloads/todo-backend/manifests/dev?ns=localhost:5001", known, http.StatusOK},
		{"/v2/assay/workloads/todo-backend/manifests/dev?ns=localhost", known, http.StatusOK},
		{"/v2/assay/workloads/todo-backend/manifests/dev?ns=ghcr.io", known, http.StatusNotFound},
		{"/v2/dapr/daprd/manifests/1?ns=ghcr.io", Credentials{}, http.StatusOK},
		{"/v2/dapr/daprd/manifests/1?ns=localhost:5001", known, http.StatusNotFound},
		{"/v2/", Credentials{}, http.StatusUnauthorized},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+tc.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if tc.credentials != (Credentials{}) {
			request.SetBasicAuth(tc.credentials.User, tc.credentials.Password)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != tc.want {
			t.Errorf("%s as %q: %d, want %d", tc.path, tc.credentials.User, answer.StatusCode, tc.want)
		}
		challenge := answer.Header.Get("WWW-Authenticate")
		if unauthorized := answer.StatusCode == http.StatusUnauthorized; strings.HasPrefix(challenge, "Basic ") != unauthorized {
			t.Errorf("%s: %d with the challenge %q", tc.path, answer.StatusCode, challenge)
		}
	}
}

func TestWhatWasPushedOutlivesTheRegistry(t *testing.T) {
	dir, pushed := t.TempDir(), index(t)
	first := both(t, dir)
	if err := remote.WriteIndex(reference(t, first), pushed, as(known.User, known.Password)); err != nil {
		t.Fatal(err)
	}
	first.Close()
	second := both(t, dir)
	pulled, err := remote.Index(reference(t, second), as(known.User, known.Password))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(pulled); err != nil {
		t.Error(err)
	}
}

func TestAPrivateRegistryNeedsAPassword(t *testing.T) {
	for _, credentials := range []Credentials{{}, {User: "assay"}, {Password: "s3cr3t"}} {
		if _, err := NewPrivate(t.TempDir(), credentials); err == nil {
			t.Errorf("%+v: a registry that accepts everybody", credentials)
		}
	}
}
