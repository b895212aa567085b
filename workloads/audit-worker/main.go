// Command audit-worker keeps an append-only trail of all task events.
package main

import (
	"time"

	"assay.dev/assay/workloads/audit-worker/internal/audit"
	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/service"
)

// port is the service's port in the specification.
const port = 8003

func main() {
	service.Main("audit-worker", port, func(rt *service.Runtime) error {
		metrics := consumer.NewMetrics(rt.Registry)
		log := audit.New(rt.Dapr, time.Now)
		rt.Mux.Handle("POST /events/task-events", consumer.Handle(rt.Log, metrics, events.ParseTask, log.Handle))
		log.Register(rt.Mux)
		rt.Ready.Check = rt.Dapr.Healthy
		return nil
	})
}
