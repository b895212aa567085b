package observe

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// namesServer is a TLS server that serves one name and refuses any other by the
// alert unrecognized_name (RFC 6066, section 3), as the ingress controller does:
// crypto/tls sends it where there is no certificate.
func namesServer(t *testing.T, name string) *httptest.Server {
	t.Helper()
	none := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName == name {
			return nil, nil
		}
		return &tls.Config{GetCertificate: none}, nil
	}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// askFor sends a request over TLS for a name to the address of a server.
func askFor(t *testing.T, address, name string) error {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{ServerName: name, InsecureSkipVerify: true}} //nolint:gosec // the handshake is what is tested
	t.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := transport.RoundTrip(request)
	if err == nil {
		_ = answer.Body.Close()
	}
	return err
}

// TestAnAlertOverTCPIsARefusedHandshake asks a real server: over TCP crypto/tls
// returns *net.OpError with Op "remote error" for an alert of the other side;
// tls.AlertError is for QUIC alone.
func TestAnAlertOverTCPIsARefusedHandshake(t *testing.T) {
	address := namesServer(t, "todo.local").Listener.Addr().String()
	if err := askFor(t, address, "todo.local"); err != nil {
		t.Fatalf("the name that is served: %v", err)
	}
	err := askFor(t, address, "other.local")
	if err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Fatalf("the server of this test refuses by %v", err)
	}
	if !RefusedHandshake(err) {
		t.Errorf("%v (%T) does not count as a refused handshake", err, err)
	}
}

func TestAQUICAlertIsARefusedHandshake(t *testing.T) {
	const unrecognizedName = 112 // RFC 6066, section 9
	if !RefusedHandshake(tls.AlertError(unrecognizedName)) {
		t.Error("an alert over QUIC does not count")
	}
}

// TestALostServerRefusesNoHandshake holds apart what is broken from what is refused:
// a check that takes both for the same passes when the controller is down.
func TestALostServerRefusesNoHandshake(t *testing.T) {
	silent := listenAndHangUp(t)
	for name, err := range map[string]error{
		"no error":                    nil,
		"nobody listens":              askFor(t, closedAddress(t), "todo.local"),
		"the connection is ended":     askFor(t, silent, "todo.local"),
		"the local side sends alerts": &net.OpError{Op: "local error", Err: errors.New("tls: bad certificate")},
		"the end of a stream":         io.ErrUnexpectedEOF,
	} {
		if RefusedHandshake(err) {
			t.Errorf("%s: %v counts as a refused handshake", name, err)
		}
	}
}

// closedAddress is an address at which nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// listenAndHangUp ends each connection without a word.
func listenAndHangUp(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_ = connection.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().String()
}
