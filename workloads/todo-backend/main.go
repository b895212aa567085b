// Command todo-backend serves the tasks API and publishes every change of a
// task as events.
package main

import (
	"time"

	"assay.dev/assay/workloads/internal/service"
	"assay.dev/assay/workloads/todo-backend/internal/api"
	"assay.dev/assay/workloads/todo-backend/internal/outbox"
	"assay.dev/assay/workloads/todo-backend/internal/store"
)

// port is the service's port in the specification.
const port = 8000

func main() {
	service.Main("todo-backend", port, func(rt *service.Runtime) error {
		box := outbox.New(rt.Dapr, rt.Dapr, rt.Log, rt.Registry, time.Now)
		api.Register(rt.Mux, rt.Config.APIPath, store.New(rt.Dapr, box, rt.Config.Events, time.Now))
		rt.Ready.Check = rt.Dapr.Healthy
		rt.Go(box.Run)
		return nil
	})
}
