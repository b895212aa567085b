package rewriteproxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// listen changes what comes through the forwarded ports of the pods whose answers a view
// overrides.
func (l *Proxy) listen(response *http.Response) {
	through, ok := response.Body.(io.ReadWriteCloser)
	if !ok {
		return
	}
	for _, v := range l.views {
		ports := fmt.Sprintf("/namespaces/%s/pods/%s/portforward", v.Namespace, v.Name)
		if v.Override != nil && v.Kind == "Pod" && strings.HasSuffix(response.Request.URL.Path, ports) {
			through = &overriding{ReadWriteCloser: through, override: *v.Override}
		}
	}
	response.Body = through
}

// overriding is a connection on which one text replaces another. The protocol on it
// frames what a pod sends and does not change it. A text that comes in two frames is
// not changed: the mutant survives then, and is reported.
type overriding struct {
	io.ReadWriteCloser
	override Override
}

// Read implements io.Reader.
func (s *overriding) Read(p []byte) (int, error) {
	n, err := s.ReadWriteCloser.Read(p)
	copy(p[:n], bytes.ReplaceAll(p[:n], []byte(s.override.Text), []byte(s.override.As)))
	return n, err
}
