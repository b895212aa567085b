package traffic

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
)

// Sidecar publishes events through the Dapr sidecar of an application.
type Sidecar struct {
	Log observe.Log
	// Client reaches the sidecar's API at URL, such as http://pod.namespace.pod:3500.
	Client *http.Client
	URL    string
	PubSub string
	// Timeout bounds one request.
	Timeout time.Duration
}

// maxRefusal bounds what is kept of the answer to a publish that failed, in bytes.
const maxRefusal = 1 << 10

// Publish publishes an event, which has to be a CloudEvent in structured JSON, and
// records it with its answer. Dapr writes the envelope again, so the bytes in Kafka
// are others: the entry has no digest. The error is of the recording alone.
func (s Sidecar) Publish(ctx context.Context, event Event) (history.Publish, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	entry := event.entry("dapr", s.Log.Now())
	entry.SHA256 = ""
	entry.Result, entry.Status, entry.Error = s.post(ctx, event)
	entry.End = s.Log.Now()
	if err := s.Log.Write(entry); err != nil {
		return entry, fmt.Errorf("record a publish: %w", err)
	}
	return entry, nil
}

func (s Sidecar) post(ctx context.Context, event Event) (history.Result, int, string) {
	query := url.Values{}
	if event.Key != "" {
		query.Set("metadata.partitionKey", event.Key)
	}
	if event.TTL > 0 {
		query.Set("metadata.ttlInSeconds", strconv.Itoa(int(event.TTL.Seconds())))
	}
	address := s.URL + "/v1.0/publish/" + url.PathEscape(s.PubSub) + "/" + url.PathEscape(event.Topic) + "?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(event.Raw))
	if err != nil { // nothing was sent
		return history.Refused, 0, err.Error()
	}
	request.Header.Set("Content-Type", "application/cloudevents+json")
	response, err := s.Client.Do(request)
	if err != nil {
		return history.Unknown, 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // a reason is nice to have
	switch {
	case response.StatusCode >= 200 && response.StatusCode < 300:
		return history.Accepted, response.StatusCode, ""
	case response.StatusCode >= 400 && response.StatusCode < 500:
		return history.Refused, response.StatusCode, strings.TrimSpace(string(answer))
	}
	return history.Unknown, response.StatusCode, strings.TrimSpace(string(answer))
}
