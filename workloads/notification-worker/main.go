// Command notification-worker delivers reminders at their scheduled time.
package main

import (
	"time"

	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/service"
	"assay.dev/assay/workloads/notification-worker/internal/remind"
)

// port is the service's port in the specification.
const port = 8002

func main() {
	service.Main("notification-worker", port, func(rt *service.Runtime) error {
		metrics := consumer.NewMetrics(rt.Registry)
		r := remind.New(rt.Dapr, rt.Log, rt.Registry, time.Now)
		names := rt.Config.Events
		rt.Deliveries(names.Reminder.Route, consumer.Handle(rt.Log, metrics, names.ParseReminder, r.Handle))
		r.Register(rt.Mux)
		rt.Ready.Check = rt.Dapr.Healthy
		rt.Go(r.Run)
		return nil
	})
}
