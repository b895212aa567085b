package controller

import (
	"context"
	"errors"

	"assay.dev/assay/standins/ingress/config"
)

// verdicts remembers what the data plane said of the certificates in use, so
// that each is checked once.
type verdicts struct {
	known, next map[string]error
	failure     error
}

// start returns the check for one build of the configuration.
func (v *verdicts) start(ctx context.Context, plane DataPlane) func(config.Certificate) error {
	v.next, v.failure = make(map[string]error), nil
	return func(certificate config.Certificate) error {
		id := certificate.ID()
		verdict, found := v.known[id]
		if !found {
			verdict = plane.CheckCertificate(ctx, certificate)
		}
		if verdict != nil && !errors.Is(verdict, config.ErrRefused) {
			v.failure = errors.Join(v.failure, verdict)
			return nil
		}
		v.next[id] = verdict
		return verdict
	}
}

// end keeps the verdicts of the certificates that are in use, and returns an
// error when there was one that could not be judged.
func (v *verdicts) end() error {
	v.known = v.next
	return v.failure
}
