package lens

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// listen changes what comes through the forwarded ports of the pods that a view
// lets say something else.
func (l *Lens) listen(response *http.Response) {
	through, ok := response.Body.(io.ReadWriteCloser)
	if !ok {
		return
	}
	for _, v := range l.views {
		ports := fmt.Sprintf("/namespaces/%s/pods/%s/portforward", v.Namespace, v.Name)
		if v.Said != nil && v.Kind == "Pod" && strings.HasSuffix(response.Request.URL.Path, ports) {
			through = &saying{ReadWriteCloser: through, said: *v.Said}
		}
	}
	response.Body = through
}

// saying is a connection on which one text stands for another. The protocol on it
// frames what a pod says and does not change it. A text that comes in two frames is
// let through: the mutant survives then, and is told.
type saying struct {
	io.ReadWriteCloser
	said Said
}

// Read implements io.Reader.
func (s *saying) Read(p []byte) (int, error) {
	n, err := s.ReadWriteCloser.Read(p)
	copy(p[:n], bytes.ReplaceAll(p[:n], []byte(s.said.Text), []byte(s.said.As)))
	return n, err
}
