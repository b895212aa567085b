// Command todo-frontend serves the todo page and relays its live updates.
package main

import (
	"cmp"
	"os"

	"assay.dev/assay/workloads/internal/service"
	"assay.dev/assay/workloads/todo-frontend/internal/web"
)

const (
	// port is the service's port in the specification.
	port = 3000
	// worker is websocket-worker's Service; WEBSOCKET_WORKER_URL replaces it.
	worker = "http://websocket-worker:8004"
)

func main() {
	// The page needs no sidecar, so neither does readiness: a browser gets the
	// page, and the page says what does not work.
	service.Main("todo-frontend", port, func(rt *service.Runtime) error {
		return web.Register(rt.Mux, web.Config{
			Worker: cmp.Or(os.Getenv("WEBSOCKET_WORKER_URL"), worker), Token: os.Getenv("WEBSOCKET_WORKER_TOKEN"), APIPath: rt.Config.APIPath,
		}, rt.Log)
	})
}
