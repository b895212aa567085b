package ocisim

import (
	"net/netip"
	"slices"
)

// Cluster is an OKE cluster: the control plane without nodes.
type Cluster struct {
	Meta
	ClusterName                 string             `json:"name"`
	VCNID                       string             `json:"vcnId"`
	KubernetesVersion           string             `json:"kubernetesVersion"`
	Type                        string             `json:"type"`
	EndpointConfig              *EndpointConfig    `json:"endpointConfig,omitempty"`
	Endpoints                   *Endpoints         `json:"endpoints,omitempty"`
	ImagePolicyConfig           *ImagePolicyConfig `json:"imagePolicyConfig,omitempty"`
	Options                     *ClusterOptions    `json:"options,omitempty"`
	AvailableKubernetesUpgrades []string           `json:"availableKubernetesUpgrades"`
}

// EndpointConfig places the Kubernetes API.
type EndpointConfig struct {
	SubnetID          string   `json:"subnetId"`
	IsPublicIPEnabled bool     `json:"isPublicIpEnabled"`
	NSGIDs            []string `json:"nsgIds"`
}

// Endpoints are the Kubernetes API's addresses, host:port.
type Endpoints struct {
	PublicEndpoint  string `json:"publicEndpoint,omitempty"`
	PrivateEndpoint string `json:"privateEndpoint,omitempty"`
}

// ImagePolicyConfig reports whether images must be signed.
type ImagePolicyConfig struct {
	IsPolicyEnabled bool `json:"isPolicyEnabled"`
}

// ClusterOptions are the cluster's optional settings.
type ClusterOptions struct {
	ServiceLBSubnetIDs         []string                 `json:"serviceLbSubnetIds"`
	KubernetesNetworkConfig    *KubernetesNetworkConfig `json:"kubernetesNetworkConfig,omitempty"`
	AddOns                     *AddOns                  `json:"addOns,omitempty"`
	AdmissionControllerOptions *AdmissionOptions        `json:"admissionControllerOptions,omitempty"`
}

// KubernetesNetworkConfig holds the overlay's ranges.
type KubernetesNetworkConfig struct {
	PodsCIDR     string `json:"podsCidr"`
	ServicesCIDR string `json:"servicesCidr"`
}

// AddOns are two that OKE once installed on request.
type AddOns struct {
	IsKubernetesDashboardEnabled bool `json:"isKubernetesDashboardEnabled"`
	IsTillerEnabled              bool `json:"isTillerEnabled"`
}

// AdmissionOptions hold the retired pod security policies' switch.
type AdmissionOptions struct {
	IsPodSecurityPolicyEnabled bool `json:"isPodSecurityPolicyEnabled"`
}

func (c *Cluster) name() string { return c.ClusterName }

func (s *Server) clusterKind() *kind[Cluster, *Cluster] {
	return &kind[Cluster, *Cluster]{
		server: s, singular: "cluster", path: okeAPI + "/clusters",
		required:   []string{"compartmentId", "name", "vcnId", "kubernetesVersion"},
		creatable:  []string{"compartmentId", "name", "vcnId", "kubernetesVersion", "type", "endpointConfig", "imagePolicyConfig", "options", "freeformTags"},
		changeable: []string{"name", "kubernetesVersion", "imagePolicyConfig", "options", "freeformTags"},
		nested:     []string{"options"},
		fill:       s.fillCluster,
		check:      s.checkCluster,
		users: func(c *Cluster) []string {
			return usersOf(s.nodePools, func(p *NodePool) bool { return p.ClusterID == c.ID })
		},
		work: &workKind{operation: "CLUSTER", entityType: "cluster"},
	}
}

func (s *Server) fillCluster(c *Cluster) error {
	if c.Type == "" {
		c.Type = "BASIC_CLUSTER"
	}
	if c.ImagePolicyConfig == nil {
		c.ImagePolicyConfig = &ImagePolicyConfig{}
	}
	if c.Options == nil {
		c.Options = &ClusterOptions{}
	}
	if c.Options.KubernetesNetworkConfig == nil {
		c.Options.KubernetesNetworkConfig = &KubernetesNetworkConfig{PodsCIDR: "10.244.0.0/16", ServicesCIDR: "10.96.0.0/16"}
	}
	if c.Options.AddOns == nil {
		c.Options.AddOns = &AddOns{}
	}
	if c.Options.AdmissionControllerOptions == nil {
		c.Options.AdmissionControllerOptions = &AdmissionOptions{}
	}
	if c.EndpointConfig == nil {
		return nil
	}
	subnet, err := s.subnets.find(c.EndpointConfig.SubnetID)
	if err != nil {
		return err
	}
	prefix, err := parseCIDR("cidrBlock", subnet.CIDRBlock)
	if err != nil {
		return err
	}
	c.Endpoints = &Endpoints{PrivateEndpoint: prefix.Addr().Next().Next().String() + ":6443"}
	if c.EndpointConfig.IsPublicIPEnabled {
		c.Endpoints.PublicEndpoint = "203.0.113.10:6443"
	}
	return nil
}

func (s *Server) checkCluster(c *Cluster) error {
	vcn, err := s.vcns.find(c.VCNID)
	if err != nil {
		return err
	}
	if !slices.Contains(kubernetesVersions, c.KubernetesVersion) {
		return invalid("kubernetesVersion %q is not offered; choose one of %v", c.KubernetesVersion, kubernetesVersions)
	}
	subnets := slices.Clone(c.Options.ServiceLBSubnetIDs)
	if c.EndpointConfig != nil {
		subnets = append(subnets, c.EndpointConfig.SubnetID)
	}
	for _, id := range subnets {
		subnet, err := s.subnets.find(id)
		if err != nil {
			return err
		}
		if subnet.VCNID != c.VCNID {
			return invalid("subnet %s belongs to another vcn", subnet.DisplayName)
		}
	}
	if c.EndpointConfig != nil && c.EndpointConfig.IsPublicIPEnabled {
		if subnet, err := s.subnets.find(c.EndpointConfig.SubnetID); err == nil && subnet.ProhibitPublicIPOnVNIC {
			return invalid("subnet %s allows no public address for the API endpoint", subnet.DisplayName)
		}
	}
	return checkOverlay(vcn, c.Options.KubernetesNetworkConfig)
}

func checkOverlay(vcn *VCN, network *KubernetesNetworkConfig) error {
	pods, err := parseCIDR("podsCidr", network.PodsCIDR)
	if err != nil {
		return err
	}
	services, err := parseCIDR("servicesCidr", network.ServicesCIDR)
	if err != nil {
		return err
	}
	if pods.Overlaps(services) {
		return invalid("podsCidr %s overlaps servicesCidr %s", pods, services)
	}
	for _, block := range vcn.CIDRBlocks {
		prefix, err := netip.ParsePrefix(block)
		if err == nil && (prefix.Overlaps(pods) || prefix.Overlaps(services)) {
			return invalid("podsCidr %s or servicesCidr %s overlaps the vcn's %s", pods, services, block)
		}
	}
	return nil
}
