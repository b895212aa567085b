package spec

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// OCI holds sections 1 to 3 of SPEC.md and the database of its diagram.
type OCI struct {
	VCN                VCN                `yaml:"vcn"`
	Subnets            []Subnet           `yaml:"subnets"`
	Gateways           []Gateway          `yaml:"gateways"`
	SecurityRules      []SecurityRule     `yaml:"securityRules"`
	OKECluster         OKECluster         `yaml:"okeCluster"`
	NodePool           NodePool           `yaml:"nodePool"`
	AutonomousDatabase AutonomousDatabase `yaml:"autonomousDatabase,omitempty"`
}

// VCN is section 3.
type VCN struct {
	Name      string `yaml:"name"`
	CIDRBlock CIDR   `yaml:"cidrBlock"`
	DNSLabel  string `yaml:"dnsLabel"`
}

// Tier reports whether a subnet faces the internet.
type Tier string

// The two subnets that the diagram draws.
const (
	Public  Tier = "public"
	Private Tier = "private"
)

// UnmarshalYAML refuses any other tier.
func (t *Tier) UnmarshalYAML(n *yaml.Node) error { return enum(n, t, "tier") }

// Values implements Enumerated.
func (Tier) Values() []string { return []string{string(Public), string(Private)} }

// Subnet is one subnet of the VCN. DefaultRoute is the gateway of 0.0.0.0/0.
type Subnet struct {
	Tier             Tier        `yaml:"tier"`
	Name             string      `yaml:"name"`
	CIDRBlock        CIDR        `yaml:"cidrBlock"`
	DNSLabel         string      `yaml:"dnsLabel"`
	ProhibitPublicIP bool        `yaml:"prohibitPublicIp"`
	DefaultRoute     GatewayKind `yaml:"defaultRoute"`
}

// GatewayKind is one of the gateways that section 3 lists.
type GatewayKind string

// The gateways of section 3.
const (
	InternetGateway GatewayKind = "internet"
	NATGateway      GatewayKind = "nat"
	ServiceGateway  GatewayKind = "service"
)

// UnmarshalYAML refuses any other kind.
func (k *GatewayKind) UnmarshalYAML(n *yaml.Node) error { return enum(n, k, "kind of gateway") }

// Values implements Enumerated.
func (GatewayKind) Values() []string {
	return []string{string(InternetGateway), string(NATGateway), string(ServiceGateway)}
}

// Gateway is one gateway of the VCN.
type Gateway struct {
	Kind GatewayKind `yaml:"kind"`
	Name string      `yaml:"name"`
}

// Prefix starts the names that Terraform gives to what the specification has no name for
// (locals.tf).
func (o OCI) Prefix() string { return strings.TrimSuffix(o.VCN.Name, "-vcn") }

// Direction of a security rule, seen from the subnet.
type Direction string

// The two directions of OCI security lists.
const (
	IngressRule Direction = "ingress"
	EgressRule  Direction = "egress"
)

// UnmarshalYAML refuses any other direction.
func (d *Direction) UnmarshalYAML(n *yaml.Node) error { return enum(n, d, "direction") }

// Values implements Enumerated.
func (Direction) Values() []string { return []string{string(IngressRule), string(EgressRule)} }

// Protocol of a security rule.
type Protocol string

// The protocols that the rules use.
const (
	TCP  Protocol = "tcp"
	ICMP Protocol = "icmp"
	All  Protocol = "all"
)

// UnmarshalYAML refuses any other protocol.
func (p *Protocol) UnmarshalYAML(n *yaml.Node) error { return enum(n, p, "protocol") }

// Values implements Enumerated.
func (Protocol) Values() []string { return []string{string(TCP), string(ICMP), string(All)} }

// Peer is the other end of a security rule.
type Peer string

// A peer is everything, one of the two subnets or Oracle's services network.
const (
	PeerInternet Peer = "internet"
	PeerPublic   Peer = "public"
	PeerPrivate  Peer = "private"
	PeerServices Peer = "services"
)

// UnmarshalYAML refuses any other peer.
func (p *Peer) UnmarshalYAML(n *yaml.Node) error { return enum(n, p, "peer") }

// Values implements Enumerated.
func (Peer) Values() []string {
	return []string{string(PeerInternet), string(PeerPublic), string(PeerPrivate), string(PeerServices)}
}

// SecurityRule is one rule of a subnet's security list. PortMin 0 means every
// port; ICMPType and ICMPCode count for ICMP only.
type SecurityRule struct {
	Subnet    Tier      `yaml:"subnet"`
	Direction Direction `yaml:"direction"`
	Protocol  Protocol  `yaml:"protocol"`
	Peer      Peer      `yaml:"peer"`
	PortMin   int       `yaml:"portMin,omitempty"`
	PortMax   int       `yaml:"portMax,omitempty"`
	ICMPType  int       `yaml:"icmpType,omitempty"`
	ICMPCode  int       `yaml:"icmpCode,omitempty"`
	Purpose   string    `yaml:"purpose"`
}

// OKECluster is section 1.
type OKECluster struct {
	Name              string   `yaml:"name"`
	ExampleVersion    string   `yaml:"exampleVersion"`
	KubernetesVersion string   `yaml:"kubernetesVersion"`
	Endpoint          Endpoint `yaml:"endpoint"`
	Type              string   `yaml:"type"`
	PodsCIDR          CIDR     `yaml:"podsCidr"`
	ServicesCIDR      CIDR     `yaml:"servicesCidr"`
}

// Endpoint is the endpoint_config of section 1.
type Endpoint struct {
	Subnet   Tier `yaml:"subnet"`
	PublicIP bool `yaml:"publicIp"`
}

// NodePool is section 2. MemoryGB is what OCI calls GB and hands out as GiB.
type NodePool struct {
	Name         string  `yaml:"name"`
	Shape        string  `yaml:"shape"`
	OCPUs        int     `yaml:"ocpus"`
	MemoryGB     int     `yaml:"memoryGB"`
	MinSize      int     `yaml:"minSize"`
	MaxSize      int     `yaml:"maxSize"`
	Size         int     `yaml:"size"`
	Subnet       Tier    `yaml:"subnet"`
	BootVolumeGB int     `yaml:"bootVolumeGB"`
	Architecture CPUArch `yaml:"architecture"`
}

// CPUArch is a processor architecture as OKE names its node images.
type CPUArch string

// UnmarshalYAML refuses any other architecture.
func (a *CPUArch) UnmarshalYAML(n *yaml.Node) error { return enum(n, a, "architecture") }

// Values implements Enumerated.
func (CPUArch) Values() []string { return []string{"aarch64", "x86_64"} }

// Engine is the database engine of a service.
type Engine string

// Engines that bear on the choice of the state component.
const (
	Oracle     Engine = "oracle"
	PostgreSQL Engine = "postgresql"
)

// UnmarshalYAML refuses any other engine.
func (e *Engine) UnmarshalYAML(n *yaml.Node) error { return enum(n, e, "engine") }

// Values implements Enumerated.
func (Engine) Values() []string { return []string{string(Oracle), string(PostgreSQL)} }

// Reach says from where a database can be connected to.
type Reach string

// UnmarshalYAML refuses any other reach.
func (r *Reach) UnmarshalYAML(n *yaml.Node) error { return enum(n, r, "kind of network access") }

// Values implements Enumerated.
func (Reach) Values() []string { return []string{"public", "private-endpoint"} }

// AutonomousDatabase is the database of the entity diagram.
type AutonomousDatabase struct {
	Name       string `yaml:"name"`
	DBName     string `yaml:"dbName"`
	AlwaysFree bool   `yaml:"alwaysFree"`
	Engine     Engine `yaml:"engine"`
	Workload   string `yaml:"workload"`
	Network    Reach  `yaml:"network"`
}
