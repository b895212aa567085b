package rewriteproxy

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"strings"
)

// writeCertificate writes a certificate in PEM.
func writeCertificate(to io.Writer, der []byte) {
	_ = pem.Encode(to, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer takes everything
}

// object is as much of an object as it takes to recognise it.
type object struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`
}

// change applies the views to an object or to the items of a list. It reports
// whether the object is to be shown at all.
func (l *Proxy) change(content []byte) ([]byte, bool, error) {
	var seen object
	if err := json.Unmarshal(content, &seen); err != nil {
		return nil, false, fmt.Errorf("rewriteproxy: an answer of the type JSON is not JSON: %w", err)
	}
	kind, isList := strings.CutSuffix(seen.Kind, "List")
	if !isList {
		return l.one(seen.Kind, content)
	}
	var items []json.RawMessage
	for _, item := range seen.Items {
		changed, there, err := l.one(kind, item)
		if err != nil {
			return nil, false, err
		}
		if there {
			items = append(items, changed)
		}
	}
	var list map[string]json.RawMessage
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, false, err
	}
	if items == nil {
		items = []json.RawMessage{}
	}
	raw, err := json.Marshal(items)
	if err != nil {
		return nil, false, err
	}
	list["items"] = raw
	out, err := json.Marshal(list)
	return out, true, err
}

// one applies the views of one object of a kind.
func (l *Proxy) one(kind string, content []byte) ([]byte, bool, error) {
	var seen object
	if err := json.Unmarshal(content, &seen); err != nil {
		return nil, false, err
	}
	for _, v := range l.views {
		if v.Kind != kind || v.Name != seen.Metadata.Name || v.Namespace != seen.Metadata.Namespace {
			continue
		}
		if v.Absent {
			return nil, false, nil
		}
		changed, err := v.patch.Apply(content)
		if err != nil {
			return nil, false, fmt.Errorf("rewriteproxy: %s %s: %w", v.Kind, v.Name, err)
		}
		content = changed
	}
	return content, true, nil
}

// watch applies the views to each event of a watch. An object that is hidden has
// no events.
func (l *Proxy) watch(ctx context.Context, from io.ReadCloser) io.ReadCloser {
	reader, writer := io.Pipe()
	go func() {
		<-ctx.Done()
		_ = from.Close()
	}()
	go func() {
		decoder := json.NewDecoder(from)
		for {
			var event struct {
				Type   string          `json:"type"`
				Object json.RawMessage `json:"object"`
			}
			err := decoder.Decode(&event)
			if err != nil {
				_ = writer.CloseWithError(err)
				return
			}
			changed, there, err := l.change(event.Object)
			if err != nil {
				_ = writer.CloseWithError(err)
				return
			}
			if !there {
				continue
			}
			event.Object = changed
			if err := json.NewEncoder(writer).Encode(event); err != nil {
				return
			}
		}
	}()
	return reader
}
