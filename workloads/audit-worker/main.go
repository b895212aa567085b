// Command audit-worker keeps an append-only trail of all task events.
package main

import (
	"time"

	"assay.dev/assay/workloads/audit-worker/internal/audit"
	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/service"
)

// port is the service's port in the specification.
const port = 8003

func main() {
	service.Main("audit-worker", port, func(rt *service.Runtime) error {
		metrics := consumer.NewMetrics(rt.Registry)
		log := audit.New(rt.Dapr, time.Now)
		names := rt.Config.Events
		rt.Deliveries(names.Change.Route, consumer.Handle(rt.Log, metrics, names.ParseTask, log.Handle))
		log.Register(rt.Mux)
		rt.Ready.Check = rt.Dapr.Healthy
		return nil
	})
}
