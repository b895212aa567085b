package spec

import (
	_ "embed"
	"fmt"
	"sync"
)

//go:embed facts.yaml
var factsYAML []byte

// Facts is what holds outside of SPEC.md and bears on it: allowances, offered
// versions, retirements. See facts.yaml for the sources.
type Facts struct {
	ReadOn       Date             `yaml:"readOn"`
	AlwaysFree   AlwaysFree       `yaml:"alwaysFree"`
	Reservation  Reservation      `yaml:"reservation"`
	SystemPods   SystemPods       `yaml:"systemPods"`
	Kubernetes   KubernetesFacts  `yaml:"kubernetes"`
	Strimzi      StrimziFacts     `yaml:"strimzi"`
	Retired      []Retirement     `yaml:"retired"`
	StateEngines []StateComponent `yaml:"stateEngines"`
}

// AlwaysFree is Oracle Cloud's free allowance for one tenancy.
type AlwaysFree struct {
	Source                  string    `yaml:"source"`
	Compute                 Allowance `yaml:"compute"`
	FormerCompute           Allowance `yaml:"formerCompute"`
	BlockStorageGB          int       `yaml:"blockStorageGB"`
	MinimumVolumeGB         int       `yaml:"minimumVolumeGB"`
	LoadBalancers           int       `yaml:"loadBalancers"`
	Databases               int       `yaml:"databases"`
	DatabasePrivateEndpoint bool      `yaml:"databasePrivateEndpoint"`
}

// Allowance is free A1 compute and the day from which it holds.
type Allowance struct {
	OCPUs    int  `yaml:"ocpus"`
	MemoryGB int  `yaml:"memoryGB"`
	Since    Date `yaml:"since"`
}

// Reservation is what a node keeps from its pods.
type Reservation struct {
	Source   string   `yaml:"source"`
	CPU      []Share  `yaml:"cpu"`
	Memory   []Share  `yaml:"memory"`
	Eviction Quantity `yaml:"eviction"`
}

// Share is one tier of a reservation: Percent of what a node has beyond the
// tier before and up to UpTo cores or GiB.
type Share struct {
	UpTo    int     `yaml:"upTo"`
	Percent float64 `yaml:"percent"`
}

// SystemPods are the requests of the provider's own pods on one node.
type SystemPods struct {
	Source        string   `yaml:"source"`
	CPURequest    Quantity `yaml:"cpuRequest"`
	MemoryRequest Quantity `yaml:"memoryRequest"`
}

// KubernetesFacts are the minor versions that OKE offers, oldest first, and the
// ends of life of others.
type KubernetesFacts struct {
	Source    string      `yaml:"source"`
	Offered   []string    `yaml:"offered"`
	EndOfLife []EndOfLife `yaml:"endOfLife"`
}

// EndOfLife is the day of the last patch of a Kubernetes minor version.
type EndOfLife struct {
	Minor string `yaml:"minor"`
	On    Date   `yaml:"on"`
}

// StrimziFacts tells which operator still runs what.
type StrimziFacts struct {
	Source            string         `yaml:"source"`
	Newest            string         `yaml:"newest"`
	LastWithZooKeeper string         `yaml:"lastWithZooKeeper"`
	LastWithKafka     []KafkaSupport `yaml:"lastWithKafka"`
}

// KafkaSupport is the last line of Strimzi that runs a version of Kafka.
type KafkaSupport struct {
	Kafka   string `yaml:"kafka"`
	Strimzi string `yaml:"strimzi"`
}

// Retirement is the day from which a project is no longer maintained.
type Retirement struct {
	Name   string `yaml:"name"`
	On     Date   `yaml:"on"`
	Source string `yaml:"source"`
}

// StateComponent tells which engine a Dapr state component speaks to.
type StateComponent struct {
	Component string `yaml:"component"`
	Engine    Engine `yaml:"engine"`
	Source    string `yaml:"source"`
}

var today = sync.OnceValue(func() *Facts {
	w, err := ParseFacts("facts.yaml", factsYAML)
	if err != nil {
		panic(fmt.Sprintf("the embedded facts do not load:\n%v", err))
	}
	return w
})

// Today returns the embedded facts. They are shared and must not be changed.
func Today() *Facts { return today() }

// FactsYAML returns the bytes of the embedded facts.yaml.
func FactsYAML() []byte { return append([]byte(nil), factsYAML...) }

// ParseFacts decodes facts as strictly as ParsePlatform decodes a platform.
func ParseFacts(name string, raw []byte) (*Facts, error) {
	w := &Facts{}
	if err := decodeStrict(name, raw, w); err != nil {
		return nil, err
	}
	return w, nil
}
