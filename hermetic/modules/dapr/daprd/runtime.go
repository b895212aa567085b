package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/dapr/dapr/cmd/daprd/options"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/metrics"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/runtime"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"go.opencensus.io/stats/view"
)

// run starts Dapr's security and, once that has an identity, its runtime.
func run(ctx context.Context, opts *options.Options) error {
	health := healthz.New()
	provider, err := security.New(ctx, security.Options{
		SentryAddress:           opts.SentryAddress,
		ControlPlaneTrustDomain: opts.ControlPlaneTrustDomain,
		ControlPlaneNamespace:   opts.ControlPlaneNamespace,
		TrustAnchors:            opts.TrustAnchors,
		AppID:                   opts.AppID,
		MTLSEnabled:             opts.EnableMTLS,
		Mode:                    modes.DaprMode(opts.Mode),
		Healthz:                 health,
		JwtAudiences:            opts.SentryRequestJwtAudiences,
	})
	if err != nil {
		return fmt.Errorf("security: %w", err)
	}
	return concurrency.NewRunnerManager(provider.Run, func(ctx context.Context) error {
		handler, err := provider.Handler(ctx)
		if err != nil {
			return fmt.Errorf("security: %w", err)
		}
		config, err := configure(opts)
		if err != nil {
			return err
		}
		config.Registry, config.Security, config.Healthz = registries(), handler, health
		config.Metrics = metrics.Options{
			Enabled: opts.Metrics.Enabled(), Port: opts.Metrics.Port(), ListenAddress: opts.Metrics.ListenAddress(),
			Namespace: metrics.DefaultMetricNamespace, Log: log, Healthz: health, Meter: view.NewMeter(),
		}
		daprd, err := runtime.FromConfig(ctx, config)
		if err != nil {
			return err
		}
		return daprd.Run(ctx)
	}).Run(ctx)
}

// renamed are the runtime's settings that the flags call otherwise.
var renamed = map[string]string{"ApplicationPort": "AppPort", "SchedulerStreams": "SchedulerJobStreams"}

// built are the runtime's settings that run makes itself, and the one that only
// Dapr's own tests set.
var built = map[string]bool{
	"Registry": true, "Security": true, "Healthz": true, "Metrics": true, "WorkflowEventSink": true,
}

// configure copies each setting of the flags to the setting of the runtime that
// has its name. A setting without a partner of the same type is an error: this
// program would otherwise run with another configuration than Dapr's.
func configure(opts *options.Options) (*runtime.Config, error) {
	config := &runtime.Config{}
	from, to := reflect.ValueOf(opts).Elem(), reflect.ValueOf(config).Elem()
	for i := range to.NumField() {
		name := to.Type().Field(i).Name
		if built[name] {
			continue
		}
		source := name
		if other, ok := renamed[name]; ok {
			source = other
		}
		value := from.FieldByName(source)
		if !value.IsValid() || value.Type() != to.Field(i).Type() {
			return nil, fmt.Errorf("no flag of daprd sets the runtime's %s", name)
		}
		to.Field(i).Set(value)
	}
	return config, nil
}
