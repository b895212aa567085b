package install

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"assay.dev/assay/harness/kube"
)

// Subscribed lists the topics that the sidecar at url is subscribed to, as its
// metadata say.
func Subscribed(ctx context.Context, web *http.Client, url string) (map[string]bool, error) {
	answer, err := kube.Ask(ctx, web, http.MethodGet, url+"/v1.0/metadata", nil, "")
	if err != nil {
		return nil, fmt.Errorf("ask for the metadata of a sidecar: %w", err)
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("ask for the metadata of a sidecar: %s", answer)
	}
	var metadata struct {
		Subscriptions []struct {
			Topic string `json:"topic"`
		} `json:"subscriptions"`
	}
	if err := json.Unmarshal(answer.Body, &metadata); err != nil {
		return nil, fmt.Errorf("read the metadata of a sidecar: %w", err)
	}
	topics := map[string]bool{}
	for _, s := range metadata.Subscriptions {
		topics[s.Topic] = true
	}
	return topics, nil
}

// put sends a value as JSON.
func put(ctx context.Context, web *http.Client, address string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	answer, err := kube.Ask(ctx, web, http.MethodPut, address, http.Header{"Content-Type": {"application/json"}}, string(body))
	if err != nil {
		return err
	}
	if answer.Status/100 != 2 {
		return fmt.Errorf("PUT %s: %s", address, answer)
	}
	return nil
}
