package observe

import (
	"context"
	"net/http"
	"net/url"

	"assay.dev/assay/harness/kube"
)

// Notification asks notification-worker what became of a reminder's event: "scheduled" or
// "delivered" (workloads/README.md), empty if it has none of that id.
func (p *Platform) Notification(ctx context.Context, id string) (string, error) {
	web := &http.Client{
		Timeout: p.options.Spec.Timeouts.HTTPRequest.Duration,
		Transport: &kube.WithAppToken{Cluster: p.options.Cluster, Next: &http.Transport{
			DialContext: p.options.Cluster.Dialer.DialContext, DisableKeepAlives: true,
		}},
	}
	return notification(ctx, web, p.address(notificationWorker), id)
}

func notification(ctx context.Context, web *http.Client, worker, id string) (string, error) {
	var found struct {
		Status string `json:"status"`
	}
	_, err := Effects{Client: web}.get(ctx, worker+"/notifications/"+url.PathEscape(id), &found)
	return found.Status, err
}
