package observe

import (
	"crypto/tls"
	"errors"
	"net"
)

// RefusedHandshake reports whether a server ended a TLS handshake by an alert. Over
// TCP crypto/tls returns a *net.OpError with the Op "remote error" for an alert of
// the other side, over QUIC a [tls.AlertError].
func RefusedHandshake(err error) bool {
	if refused, ok := errors.AsType[*net.OpError](err); ok && refused.Op == "remote error" {
		return true
	}
	_, ok := errors.AsType[tls.AlertError](err)
	return ok
}
