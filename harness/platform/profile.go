package platform

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"k8s.io/client-go/rest"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/platform/lease"
	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/spec"
)

// ProfileEnv says what a run may do to the platform: one of spec.Profiles. Unset, it may do
// what the adoption of the cluster allows, or everything where assay has made it.
const ProfileEnv = "ASSAY_PROFILE"

// Profile is what a run may do here: what ProfileEnv says, within what the adoption of the
// cluster allows.
func (p *Platform) Profile() (spec.Profile, error) {
	most := spec.Breaking
	adopted, err := p.Adoption()
	if err != nil {
		return "", err
	}
	if adopted != nil && os.Getenv(KubeconfigEnv) == "" {
		most = adopted.Profile
	}
	name := os.Getenv(ProfileEnv)
	if name == "" {
		return most, nil
	}
	profile, err := spec.ParseProfile(name)
	if err != nil {
		return "", refusal.New("the profile: %s", err)
	}
	if !most.Includes(profile) {
		return "", refusal.New("the cluster was adopted with the profile %s, which does not include %s: `assay unadopt`, then `assay adopt --profile %s`", most, profile, profile)
	}
	return profile, nil
}

// RefuseLocked refuses where somebody is at work on a cluster, for a run that takes no
// Lease.
func RefuseLocked(ctx context.Context, cluster *kube.Cluster) error {
	holder, err := lease.Read(ctx, cluster.Clients)
	if err != nil {
		return err
	}
	if holder != nil {
		return lease.Refuse(holder)
	}
	return nil
}

// errWrite is the error of a request that a run of the profile read-only must not make.
var errWrite = fmt.Errorf("the profile %s writes nothing", spec.ReadOnly)

// readOnly refuses every request that would write: a check that has the wrong profile is
// found here, before the cluster sees it.
func readOnly(config *rest.Config) {
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if writes(request) {
				return nil, fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, errWrite)
			}
			return next.RoundTrip(request)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// writes reports whether a request to the API server changes anything. A forwarded port and
// a question what one may do are creations by their form alone.
func writes(request *http.Request) bool {
	switch request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	case http.MethodPost:
		path := request.URL.Path
		return !strings.HasSuffix(path, "/portforward") && !strings.HasPrefix(path, "/apis/authorization.k8s.io/v1/self") &&
			!strings.HasPrefix(path, "/apis/authentication.k8s.io/v1/self")
	}
	return true
}
