package service

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/events"
)

// Config is what a service reads from its environment.
type Config struct {
	// Port is the HTTP port (PORT).
	Port int
	// LogLevel is the least level that is logged (LOG_LEVEL).
	LogLevel slog.Level
	// DrainDelay is how long a stopping service still answers while the
	// cluster's endpoints forget it (DRAIN_DELAY).
	DrainDelay time.Duration
	// ShutdownTimeout bounds what follows: open requests and background work
	// (SHUTDOWN_TIMEOUT). Both together stay below the pod's grace period.
	ShutdownTimeout time.Duration
	// AppToken is what callers have to bring (APP_API_TOKEN, the name that Dapr's
	// sidecar knows it by, too); empty lets everyone call.
	AppToken string
	// Events are what the specification calls events, and where they are.
	Events events.Names
	// APIPath is where the tasks API is (API_PATH for the service that has it, and
	// BACKEND_API_PATH for those that call it).
	APIPath string
	// Backend is the Dapr app id of the service that has it (BACKEND_APP_ID).
	Backend string
	// Dapr says where the sidecar is (DAPR_HTTP_PORT, DAPR_GRPC_PORT,
	// DAPR_API_TOKEN, all set by Dapr) and names its components (PUBSUB_NAME,
	// STATESTORE_NAME).
	Dapr dapr.Config
}

// ReadConfig reads the environment through getenv; the error names every
// variable that is wrong.
func ReadConfig(getenv func(string) string, defaultPort int) (Config, error) {
	or := func(name, fallback string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return fallback
	}
	config := Config{
		AppToken: getenv("APP_API_TOKEN"), APIPath: or("API_PATH", or("BACKEND_API_PATH", "/api/tasks")),
		Backend: or("BACKEND_APP_ID", "todo-backend"), Dapr: dapr.Config{
			HTTPPort:   or("DAPR_HTTP_PORT", "3500"),
			GRPCPort:   or("DAPR_GRPC_PORT", "50001"),
			APIToken:   getenv("DAPR_API_TOKEN"),
			PubSub:     or("PUBSUB_NAME", "pubsub-kafka"),
			StateStore: or("STATESTORE_NAME", "statestore"),
		}}
	var pathErr, namesErr error
	if !strings.HasPrefix(config.APIPath, "/") || strings.HasSuffix(config.APIPath, "/") {
		pathErr = fmt.Errorf("API_PATH must be a path such as /api/tasks, not %q", config.APIPath)
	}
	config.Events, namesErr = events.ReadNames(getenv)
	var portErr, levelErr, drainErr, shutdownErr error
	if config.Port, portErr = strconv.Atoi(or("PORT", strconv.Itoa(defaultPort))); portErr != nil {
		portErr = fmt.Errorf("PORT must be a number: %w", portErr)
	}
	if levelErr = config.LogLevel.UnmarshalText([]byte(or("LOG_LEVEL", "info"))); levelErr != nil {
		levelErr = fmt.Errorf("LOG_LEVEL must be debug, info, warn or error: %w", levelErr)
	}
	config.DrainDelay, drainErr = duration("DRAIN_DELAY", or("DRAIN_DELAY", "2s"))
	config.ShutdownTimeout, shutdownErr = duration("SHUTDOWN_TIMEOUT", or("SHUTDOWN_TIMEOUT", "10s"))
	return config, errors.Join(pathErr, namesErr, portErr, levelErr, drainErr, shutdownErr)
}

func duration(name, value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%s must be a duration such as 2s, not %q", name, value)
	}
	return d, nil
}
