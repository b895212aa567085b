// Command daprd is the real Dapr sidecar with the components that the platform
// uses and no others: the full set compiles several hundred cloud clients.
package main

import (
	"github.com/dapr/components-contrib/nameresolution/kubernetes"
	"github.com/dapr/components-contrib/pubsub/kafka"
	secretstore "github.com/dapr/components-contrib/secretstores/kubernetes"
	postgresqlv1 "github.com/dapr/components-contrib/state/postgresql/v1"
	postgresqlv2 "github.com/dapr/components-contrib/state/postgresql/v2"
	"github.com/dapr/dapr/cmd/daprd/app"
	"github.com/dapr/dapr/pkg/components"
	nameresolutionloader "github.com/dapr/dapr/pkg/components/nameresolution"
	pubsubloader "github.com/dapr/dapr/pkg/components/pubsub"
	secretstoresloader "github.com/dapr/dapr/pkg/components/secretstores"
	stateloader "github.com/dapr/dapr/pkg/components/state"
)

func main() {
	nameresolutionloader.DefaultRegistry.RegisterComponent(kubernetes.NewResolver, "kubernetes")
	pubsubloader.DefaultRegistry.RegisterComponent(kafka.NewKafka, "kafka")
	secretstoresloader.DefaultRegistry.RegisterComponent(secretstore.NewKubernetesSecretStore, "kubernetes")
	stateloader.DefaultRegistry.RegisterComponentWithVersions("postgresql", components.Versioning{
		Preferred: components.VersionConstructor{Version: "v2", Constructor: postgresqlv2.NewPostgreSQLStateStore},
		Others:    []components.VersionConstructor{{Version: "v1", Constructor: postgresqlv1.NewPostgreSQLStateStore}},
		Default:   "v1",
	})
	app.Run()
}
