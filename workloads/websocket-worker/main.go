// Command websocket-worker pushes task updates to browsers.
package main

import (
	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/service"
	"assay.dev/assay/workloads/websocket-worker/internal/push"
)

// port is the service's port in the specification.
const port = 8004

func main() {
	service.Main("websocket-worker", port, func(rt *service.Runtime) error {
		metrics := consumer.NewMetrics(rt.Registry)
		hub := push.NewHub(rt.Registry)
		names := rt.Config.Events
		rt.Deliveries(names.Sync.Route, consumer.Handle(rt.Log, metrics, names.ParseSync, hub.Handle))
		push.NewSockets(hub, rt.Log).Register(rt.Mux)
		rt.Ready.Check = rt.Dapr.Healthy
		rt.OnShutdown(hub.Close)
		return nil
	})
}
