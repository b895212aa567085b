// Command control-plane is Dapr's control plane in one binary that chooses its
// part by the name it is called with, so that the parts link once and share one
// image layer.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	injector "github.com/dapr/dapr/cmd/injector/app"
	operator "github.com/dapr/dapr/cmd/operator/app"
	placement "github.com/dapr/dapr/cmd/placement/app"
	scheduler "github.com/dapr/dapr/cmd/scheduler/app"
	sentry "github.com/dapr/dapr/cmd/sentry/app"
)

var parts = map[string]func(){
	"injector":  injector.Run,
	"operator":  operator.Run,
	"placement": placement.Run,
	"scheduler": scheduler.Run,
	"sentry":    sentry.Run,
}

func main() {
	name := filepath.Base(os.Args[0])
	run, ok := parts[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "called as %q; want one of %v\n", name, slices.Sorted(maps.Keys(parts)))
		os.Exit(2)
	}
	run()
}
