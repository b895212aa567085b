package nginx

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"assay.dev/assay/standins/ingress/config"
)

// maxAnswer bounds what is read from the status socket.
const maxAnswer = 256

// statusClient opens a new connection for each question: one that is kept open
// would keep asking the worker of an earlier configuration.
func statusClient(runDir string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", config.StatusSocket(runDir))
		},
	}}
}

// ask returns the ID of the configuration of the worker that answers.
func (s *Server) ask(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://nginx"+config.StatusPath, nil)
	if err != nil {
		return "", fmt.Errorf("asking NGINX for its configuration: %w", err)
	}
	response, err := s.status.Do(request)
	if err != nil {
		return "", fmt.Errorf("asking NGINX for its configuration: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return "", fmt.Errorf("asking NGINX for its configuration: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("asking NGINX for its configuration: %s", response.Status)
	}
	return string(body), nil
}
