// Command daprd is Dapr's sidecar runtime with the components that the platform
// uses and no others: Dapr's own program compiles the clients of every cloud.
//
// Everything but the list of components is Dapr's: flags, security, runtime. The
// settings go from Dapr's flags to Dapr's runtime field by field, by name, and a
// field that finds no partner stops the program at its start.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dapr/dapr/cmd/daprd/options"
	"github.com/dapr/dapr/pkg/buildinfo"
	"github.com/dapr/dapr/pkg/runtime"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
	"go.uber.org/automaxprocs/maxprocs"
)

var log = logger.NewLogger("dapr.runtime")

func main() {
	_, _ = maxprocs.Set() // as Dapr does: the CPU limit bounds GOMAXPROCS
	opts, err := options.New(os.Args[1:])
	if err != nil {
		log.Fatalf("flags: %v", err)
	}
	switch {
	case opts.RuntimeVersion, opts.BuildInfo:
		fmt.Println(buildinfo.Version())
		return
	case opts.WaitCommand:
		runtime.WaitUntilDaprOutboundReady(opts.DaprHTTPPort)
		return
	}
	opts.Logger.SetAppID(opts.AppID)
	if err := logger.ApplyOptionsToLoggers(&opts.Logger); err != nil {
		log.Fatalf("log settings: %v", err)
	}
	registerComponents()
	log.Infof("Starting Dapr Runtime -- version %s (with the platform's components)", buildinfo.Version())
	if err := serve(signals.Context(), opts); err != nil {
		log.Fatalf("runtime: %v", err)
	}
	log.Info("Daprd shutdown gracefully")
}

// serve runs the runtime, and again after each SIGHUP, until ctx ends or the
// runtime has ended by itself.
func serve(ctx context.Context, opts *options.Options) error {
	for untilHangup := range signals.OnHUP(ctx) {
		if err := run(untilHangup, opts); err != nil {
			return err
		}
		if untilHangup.Err() == nil || ctx.Err() != nil {
			return nil
		}
	}
	return nil
}
