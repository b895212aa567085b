package main

import (
	"errors"

	"github.com/spf13/cobra"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	generatedopenapi "k8s.io/kubernetes/pkg/generated/openapi"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
)

// metricsServer is the command of metrics-server, but for the definitions of its types:
// its own name them as Go does, and k8s.io/apiserver 0.35 looks for the names of OpenAPI,
// which those of Kubernetes have.
func metricsServer() *cobra.Command {
	o := options.NewOptions()
	command := &cobra.Command{
		Use: "metrics-server",
		RunE: func(command *cobra.Command, _ []string) error {
			if err := errors.Join(o.Validate()...); err != nil {
				return err
			}
			config, err := o.ServerConfig()
			if err != nil {
				return err
			}
			namer := openapinamer.NewDefinitionNamer(api.Scheme)
			info := config.Apiserver.OpenAPIConfig.Info
			config.Apiserver.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(generatedopenapi.GetOpenAPIDefinitions, namer)
			config.Apiserver.OpenAPIConfig.Info = info
			config.Apiserver.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(generatedopenapi.GetOpenAPIDefinitions, namer)
			config.Apiserver.OpenAPIV3Config.Info = info
			server, err := config.Complete()
			if err != nil {
				return err
			}
			return server.RunUntil(command.Context().Done())
		},
	}
	flags := o.Flags()
	for _, set := range flags.FlagSets {
		command.Flags().AddFlagSet(set)
	}
	return command
}
