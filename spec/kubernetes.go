package spec

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// PodSecurity is a level of the Pod Security Standards.
type PodSecurity string

// UnmarshalYAML refuses any other level.
func (p *PodSecurity) UnmarshalYAML(n *yaml.Node) error { return enum(n, p, "Pod Security level") }

// Values implements Enumerated.
func (PodSecurity) Values() []string { return []string{"privileged", "baseline", "restricted"} }

// Namespace is a box of the namespace layout. Faults reports whether faults may be
// injected into its pods.
type Namespace struct {
	Name        string      `yaml:"name"`
	PodSecurity PodSecurity `yaml:"podSecurity"`
	Faults      bool        `yaml:"faults,omitempty"`
}

// Resources are the requests and limits of one container.
type Resources struct {
	CPURequest    Quantity `yaml:"cpuRequest"`
	CPULimit      Quantity `yaml:"cpuLimit"`
	MemoryRequest Quantity `yaml:"memoryRequest"`
	MemoryLimit   Quantity `yaml:"memoryLimit"`
}

// Deployment is a row of section 7 with the derived resources of its two
// containers, the application and the Dapr sidecar.
type Deployment struct {
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace"`
	Replicas  int    `yaml:"replicas"`
	Image     string `yaml:"image"`
	// Build is the Go package of this repository that Image is made from, such as
	// ./workloads/audit-worker; empty for an image that a registry has.
	Build string `yaml:"build,omitempty"`
	// Env is more environment of the application, beside what the tables say. API_PATH
	// is where its API is; callers get it, too.
	Env map[string]string `yaml:"env,omitempty"`
	// Calls are the deployments that the application calls by itself.
	Calls   []Call         `yaml:"calls,omitempty"`
	Dapr    DaprAttributes `yaml:"dapr"`
	App     Resources      `yaml:"app"`
	Sidecar Resources      `yaml:"sidecar"`
	// Shows are the ways in which the application shows what it does about events. One
	// without any is judged by its committed offsets alone.
	Shows []Show `yaml:"shows,omitempty"`
}

// Call names a deployment to an application: As=AUDIT gives it AUDIT_URL, AUDIT_APP_ID,
// AUDIT_API_PATH where the callee has an API_PATH and, if it wants a token, AUDIT_TOKEN.
type Call struct {
	As         string `yaml:"as"`
	Deployment string `yaml:"deployment"`
}

// DaprAttributes are dapr_enabled, dapr_app_id and dapr_app_port of section 7.
type DaprAttributes struct {
	Enabled bool   `yaml:"enabled"`
	AppID   string `yaml:"appId"`
	AppPort int    `yaml:"appPort"`
	// AppToken says that the application refuses who does not bring its token, as its
	// sidecar does.
	AppToken bool `yaml:"appToken"`
}

// Rollout is how the six deployments are updated and probed. MaxSurge and
// MaxUnavailable are a number of pods or a percentage of the replicas, of which
// Kubernetes rounds the first up and the second down.
type Rollout struct {
	MaxSurge               string    `yaml:"maxSurge"`
	MaxUnavailable         string    `yaml:"maxUnavailable"`
	ProgressDeadline       Duration  `yaml:"progressDeadline"`
	TerminationGracePeriod Duration  `yaml:"terminationGracePeriod"`
	SparePods              int       `yaml:"sparePods"`
	Spare                  Resources `yaml:"spare"`
	Probes                 Probes    `yaml:"probes"`
}

// Probes of the application container, on its app port.
type Probes struct {
	Startup   Probe `yaml:"startup"`
	Readiness Probe `yaml:"readiness"`
	Liveness  Probe `yaml:"liveness"`
}

// Probe is one HTTP probe.
type Probe struct {
	Path             string   `yaml:"path"`
	Period           Duration `yaml:"period"`
	Timeout          Duration `yaml:"timeout"`
	FailureThreshold int      `yaml:"failureThreshold"`
}

// Role is what a workload beside the deployments is there for. It says which part of
// which chart takes the row's namespace, replicas and resources.
type Role string

// The roles of infrastructure.
const (
	RoleBroker        Role = "broker"
	RoleZooKeeper     Role = "zookeeper"
	RoleKafkaOperator Role = "kafka-operator"
	RoleTopicOperator Role = "topic-operator"
	RoleDaprOperator  Role = "dapr-operator"
	RoleDaprSentry    Role = "dapr-sentry"
	RoleDaprInjector  Role = "dapr-sidecar-injector"
	RoleDaprPlacement Role = "dapr-placement"
	RoleDaprScheduler Role = "dapr-scheduler"
	RoleMetrics       Role = "metrics"
	RoleIngress       Role = "ingress"
	RoleChaosControl  Role = "chaos-controller"
	RoleChaosDaemon   Role = "chaos-daemon"
	RoleStateDatabase Role = "database"
)

// UnmarshalYAML refuses any other role.
func (r *Role) UnmarshalYAML(n *yaml.Node) error { return enum(n, r, "role") }

// Values implements Enumerated.
func (Role) Values() []string {
	return []string{string(RoleBroker), string(RoleZooKeeper), string(RoleKafkaOperator), string(RoleTopicOperator), string(RoleDaprOperator), string(RoleDaprSentry), string(RoleDaprInjector), string(RoleDaprPlacement), string(RoleDaprScheduler), string(RoleMetrics), string(RoleIngress), string(RoleChaosControl), string(RoleChaosDaemon), string(RoleStateDatabase)}
}

// Infrastructure is a workload beside the six deployments. MaxSurge is empty
// for kinds that replace a pod only after it is gone, Role for what no chart of assay's
// makes.
type Infrastructure struct {
	Name       string           `yaml:"name"`
	Role       Role             `yaml:"role,omitempty"`
	Namespace  string           `yaml:"namespace"`
	Kind       string           `yaml:"kind"`
	Replicas   int              `yaml:"replicas"`
	MaxSurge   string           `yaml:"maxSurge,omitempty"`
	Containers []NamedResources `yaml:"containers"`
}

// NamedResources are the resources of a container with its name.
type NamedResources struct {
	Name          string   `yaml:"name"`
	CPURequest    Quantity `yaml:"cpuRequest"`
	CPULimit      Quantity `yaml:"cpuLimit"`
	MemoryRequest Quantity `yaml:"memoryRequest"`
	MemoryLimit   Quantity `yaml:"memoryLimit"`
}

// Address is where the application is reached through its Service.
func (d Deployment) Address() string {
	return fmt.Sprintf("http://%s.%s.svc:%d", d.Name, d.Namespace, d.Dapr.AppPort)
}

// Application returns the deployment with that Dapr app ID, and whether there is one.
func (p *Platform) Application(id string) (Deployment, bool) {
	i := slices.IndexFunc(p.Deployments, func(d Deployment) bool { return d.Dapr.AppID == id })
	if i < 0 {
		return Deployment{}, false
	}
	return p.Deployments[i], true
}

// DaprContainer is the name of the container that Dapr injects.
const DaprContainer = "daprd"

// Containers are the containers of a pod that last: the application, and Dapr's sidecar
// where there is one.
func (d Deployment) Containers() []NamedResources {
	containers := []NamedResources{d.App.of(d.Name)}
	if d.Dapr.Enabled {
		containers = append(containers, d.Sidecar.of(DaprContainer))
	}
	return containers
}

// Sidecars are the deployments whose pods have Dapr's sidecar.
func (p *Platform) Sidecars() []Deployment {
	return slices.DeleteFunc(slices.Clone(p.Deployments), func(d Deployment) bool { return !d.Dapr.Enabled })
}

// Resources returns the resources without the name.
func (n NamedResources) Resources() Resources {
	return Resources{n.CPURequest, n.CPULimit, n.MemoryRequest, n.MemoryLimit}
}

func (r Resources) of(name string) NamedResources {
	return NamedResources{name, r.CPURequest, r.CPULimit, r.MemoryRequest, r.MemoryLimit}
}

// Volume is a persistent volume claim beside those of Kafka.
type Volume struct {
	Name      string   `yaml:"name"`
	Namespace string   `yaml:"namespace"`
	Size      Quantity `yaml:"size"`
}

// VolumeClaims are all persistent volume claims, those of Kafka and ZooKeeper with the names
// that Strimzi gives them.
func (p *Platform) VolumeClaims() []Volume {
	var claims []Volume
	if p.Kafka.Storage.Type == Persistent {
		add := func(server string, replicas int, size Quantity) {
			for i := range replicas {
				claims = append(claims, Volume{
					Name: fmt.Sprintf("data-%s-%s-%d", p.Kafka.Name, server, i), Namespace: p.Kafka.Namespace, Size: size,
				})
			}
		}
		add("kafka", p.Kafka.Replicas, p.Kafka.Storage.BrokerSize)
		add("zookeeper", p.Kafka.ZooKeeper.Replicas, p.Kafka.Storage.ZooKeeperSize)
	}
	return append(claims, p.Volumes...)
}

// Ingress is section 8.
type Ingress struct {
	Name       string  `yaml:"name"`
	Namespace  string  `yaml:"namespace"`
	Class      string  `yaml:"class"`
	Host       string  `yaml:"host"`
	TLSEnabled bool    `yaml:"tlsEnabled"`
	TLSSecret  string  `yaml:"tlsSecret"`
	Paths      []Route `yaml:"paths"`
}

// Route is a row of the routing table. WebSocket says that connections may be upgraded.
type Route struct {
	Path    string `yaml:"path"`
	Service string `yaml:"service"`
	Port    int    `yaml:"port"`
	// Example is a request below the path that the service answers with 200, and as no
	// other service does; without it that is the path itself.
	Example   string `yaml:"example,omitempty"`
	WebSocket bool   `yaml:"websocket,omitempty"`
}

// Request is what is asked for to see whether the route leads to its service.
func (r Route) Request() string { return orDefault(r.Example, r.Path) }

// At is where a route stands among the routes, -1 if it does not.
func (i Ingress) At(route Route) int { return slices.Index(i.Paths, route) }

// Quota is a row of the namespace resource quotas.
type Quota struct {
	Namespace     string   `yaml:"namespace"`
	CPURequest    Quantity `yaml:"cpuRequest"`
	CPULimit      Quantity `yaml:"cpuLimit"`
	MemoryRequest Quantity `yaml:"memoryRequest"`
	MemoryLimit   Quantity `yaml:"memoryLimit"`
}

// Resources returns the four hard limits without the namespace.
func (q Quota) Resources() Resources {
	return Resources{q.CPURequest, q.CPULimit, q.MemoryRequest, q.MemoryLimit}
}

// LimitRange is the table of container defaults.
type LimitRange struct {
	Namespaces           []string `yaml:"namespaces"`
	DefaultCPURequest    Quantity `yaml:"defaultCpuRequest"`
	DefaultCPULimit      Quantity `yaml:"defaultCpuLimit"`
	DefaultMemoryRequest Quantity `yaml:"defaultMemoryRequest"`
	DefaultMemoryLimit   Quantity `yaml:"defaultMemoryLimit"`
	MaxCPU               Quantity `yaml:"maxCpu"`
	MaxMemory            Quantity `yaml:"maxMemory"`
}

// Defaults returns what a container that states nothing is given.
func (l LimitRange) Defaults() Resources {
	return Resources{l.DefaultCPURequest, l.DefaultCPULimit, l.DefaultMemoryRequest, l.DefaultMemoryLimit}
}

// Network lists connections that must and must not be possible.
type Network struct {
	Allowed []Flow `yaml:"allowed"`
	// Denied are refused where they arrive, Outbound.Denied where they start.
	Denied   []Flow   `yaml:"denied"`
	Outbound Outbound `yaml:"outbound"`
}

// Outbound is what pods must not connect to by themselves.
type Outbound struct {
	Denied   []Flow          `yaml:"denied"`
	Metadata MetadataService `yaml:"metadata"`
}

// MetadataService is where clouds tell any process of a machine about it, with
// credentials among that.
type MetadataService struct {
	Address string `yaml:"address"`
	Port    int    `yaml:"port"`
	// Hidden are the namespaces whose pods must not reach it.
	Hidden []string `yaml:"hidden"`
}

// Flow is a TCP connection from any pod of one namespace to a port in another.
type Flow struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	Port int    `yaml:"port"`
	Why  string `yaml:"why"`
}
