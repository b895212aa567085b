// Command recurring-worker creates the next occurrence of a recurring task
// when the task is completed.
package main

import (
	"assay.dev/assay/workloads/internal/consumer"
	"assay.dev/assay/workloads/internal/events"
	"assay.dev/assay/workloads/internal/service"
	"assay.dev/assay/workloads/recurring-worker/internal/recur"
)

// port is the service's port in the specification.
const port = 8001

func main() {
	service.Main("recurring-worker", port, func(rt *service.Runtime) error {
		metrics := consumer.NewMetrics(rt.Registry)
		names := rt.Config.Events
		r := recur.New(rt.Dapr, recur.Names{
			Completed: names.Change.Types[events.Completed], Backend: rt.Config.Backend, APIPath: rt.Config.APIPath,
		})
		rt.Deliveries(names.Change.Route, consumer.Handle(rt.Log, metrics, names.ParseTask, r.Handle))
		rt.Ready.Check = rt.Dapr.Healthy
		return nil
	})
}
