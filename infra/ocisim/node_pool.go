package ocisim

import (
	"fmt"
	"slices"
	"strings"
)

// NodePool is a set of equal worker nodes.
type NodePool struct {
	Meta
	PoolName          string             `json:"name"`
	ClusterID         string             `json:"clusterId"`
	KubernetesVersion string             `json:"kubernetesVersion"`
	NodeShape         string             `json:"nodeShape"`
	NodeShapeConfig   *NodeShapeConfig   `json:"nodeShapeConfig,omitempty"`
	NodeSourceDetails *NodeSourceDetails `json:"nodeSourceDetails,omitempty"`
	NodeSource        *nodeSource        `json:"nodeSource,omitempty"`
	NodeConfigDetails *NodeConfigDetails `json:"nodeConfigDetails,omitempty"`
	NodeMetadata      map[string]string  `json:"nodeMetadata"`
	InitialNodeLabels []KeyValue         `json:"initialNodeLabels"`
	SSHPublicKey      string             `json:"sshPublicKey,omitempty"`
	Nodes             []Node             `json:"nodes"`
}

// NodeShapeConfig sizes a flexible shape.
type NodeShapeConfig struct {
	OCPUs       float64 `json:"ocpus"`
	MemoryInGBs float64 `json:"memoryInGBs"`
}

// NodeSourceDetails name the image and the boot volume.
type NodeSourceDetails struct {
	SourceType          string `json:"sourceType"`
	ImageID             string `json:"imageId"`
	BootVolumeSizeInGBs *int64 `json:"bootVolumeSizeInGBs,omitempty"`
}

// NodeConfigDetails say how many nodes lie where.
type NodeConfigDetails struct {
	Size             int               `json:"size"`
	NSGIDs           []string          `json:"nsgIds"`
	PlacementConfigs []PlacementConfig `json:"placementConfigs"`
}

// PlacementConfig is one place for nodes.
type PlacementConfig struct {
	AvailabilityDomain string `json:"availabilityDomain"`
	SubnetID           string `json:"subnetId"`
}

// KeyValue is a Kubernetes label.
type KeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Node is one worker.
type Node struct {
	ID                 string `json:"id"`
	Name               string `json:"name"`
	NodePoolID         string `json:"nodePoolId"`
	AvailabilityDomain string `json:"availabilityDomain"`
	SubnetID           string `json:"subnetId"`
	PrivateIP          string `json:"privateIp"`
	KubernetesVersion  string `json:"kubernetesVersion"`
	LifecycleState     string `json:"lifecycleState"`
}

// minBootVolume is the smallest boot volume that the service makes, in GB.
const minBootVolume = 50

func (p *NodePool) name() string { return p.PoolName }

func (s *Server) nodePoolKind() *kind[NodePool, *NodePool] {
	changeable := []string{
		"name", "kubernetesVersion", "nodeShape", "nodeShapeConfig", "nodeSourceDetails", "nodeConfigDetails",
		"nodeMetadata", "initialNodeLabels", "sshPublicKey",
	}
	return &kind[NodePool, *NodePool]{
		server: s, singular: "nodepool", path: okeAPI + "/nodePools",
		required:   []string{"compartmentId", "clusterId", "name", "nodeShape"},
		creatable:  append([]string{"compartmentId", "clusterId", "freeformTags"}, changeable...),
		changeable: changeable,
		nested:     []string{"nodeConfigDetails", "nodeShapeConfig", "nodeSourceDetails"},
		fill:       s.fillNodePool,
		check:      s.checkNodePool,
		work:       &workKind{operation: "NODEPOOL", entityType: "nodepool"},
	}
}

func (s *Server) fillNodePool(p *NodePool) error {
	cluster, err := s.clusters.find(p.ClusterID)
	if err != nil {
		return err
	}
	if cluster.LifecycleState != stateActive {
		return incorrectState("cluster %s is %s", cluster.ClusterName, cluster.LifecycleState)
	}
	if p.KubernetesVersion == "" {
		p.KubernetesVersion = cluster.KubernetesVersion
	}
	if p.NodeMetadata == nil {
		p.NodeMetadata = map[string]string{}
	}
	if p.InitialNodeLabels == nil {
		p.InitialNodeLabels = []KeyValue{}
	}
	return nil
}

func (s *Server) checkNodePool(p *NodePool) error {
	options := s.nodeOptions()
	if !slices.Contains(options.Shapes, p.NodeShape) {
		return invalid("nodeShape %q is not offered; choose one of %v", p.NodeShape, options.Shapes)
	}
	if strings.HasSuffix(p.NodeShape, ".Flex") && p.NodeShapeConfig == nil {
		return invalid("nodeShape %s needs a nodeShapeConfig", p.NodeShape)
	}
	cluster, err := s.clusters.find(p.ClusterID)
	if err != nil {
		return err
	}
	if p.KubernetesVersion > cluster.KubernetesVersion {
		return invalid("nodes of %s are newer than their cluster's %s", p.KubernetesVersion, cluster.KubernetesVersion)
	}
	if err := p.checkSource(options); err != nil {
		return err
	}
	if p.NodeConfigDetails == nil || len(p.NodeConfigDetails.PlacementConfigs) == 0 {
		return missing("nodeConfigDetails.placementConfigs")
	}
	for _, place := range p.NodeConfigDetails.PlacementConfigs {
		if err := s.checkPlace(place, cluster.VCNID); err != nil {
			return err
		}
	}
	return s.layNodes(p)
}

func (p *NodePool) checkSource(options nodePoolOptions) error {
	if p.NodeSourceDetails == nil {
		return missing("nodeSourceDetails")
	}
	known := slices.IndexFunc(options.Sources, func(o nodeSource) bool { return o.ImageID == p.NodeSourceDetails.ImageID })
	if known < 0 {
		return invalid("image %q is not offered for nodes", p.NodeSourceDetails.ImageID)
	}
	source := options.Sources[known]
	arm := strings.HasPrefix(p.NodeShape, "VM.Standard.A")
	if arm != strings.Contains(source.SourceName, "aarch64") {
		return invalid("image %s does not run on shape %s", source.SourceName, p.NodeShape)
	}
	if size := p.NodeSourceDetails.BootVolumeSizeInGBs; size != nil && *size < minBootVolume {
		return invalid("a boot volume has at least %d GB, not %d", minBootVolume, *size)
	}
	p.NodeSource = &source
	return nil
}

func (s *Server) checkPlace(place PlacementConfig, vcn string) error {
	if !slices.ContainsFunc(s.availabilityDomains(""), func(d availabilityDomain) bool { return d.Name == place.AvailabilityDomain }) {
		return invalid("availabilityDomain %q is not one of this region", place.AvailabilityDomain)
	}
	subnet, err := s.subnets.find(place.SubnetID)
	if err != nil {
		return err
	}
	if subnet.VCNID != vcn {
		return invalid("subnet %s belongs to another vcn than the cluster", subnet.DisplayName)
	}
	return nil
}

// layNodes makes as many nodes as the pool's size asks for, over the places in turn.
func (s *Server) layNodes(p *NodePool) error {
	p.Nodes = make([]Node, 0, p.NodeConfigDetails.Size)
	for i := range p.NodeConfigDetails.Size {
		place := p.NodeConfigDetails.PlacementConfigs[i%len(p.NodeConfigDetails.PlacementConfigs)]
		subnet, err := s.subnets.find(place.SubnetID)
		if err != nil {
			return err
		}
		prefix, err := parseCIDR("cidrBlock", subnet.CIDRBlock)
		if err != nil {
			return err
		}
		address := prefix.Addr().As4()
		address[3] += byte(10 + i)
		p.Nodes = append(p.Nodes, Node{
			ID: fmt.Sprintf("ocid1.instance.oc1.%s.%s-%d", s.opts.Region, p.ID[len(p.ID)-8:], i), Name: fmt.Sprintf("oke-%s-%d", p.PoolName, i),
			NodePoolID: p.ID, AvailabilityDomain: place.AvailabilityDomain, SubnetID: place.SubnetID,
			PrivateIP:         fmt.Sprintf("%d.%d.%d.%d", address[0], address[1], address[2], address[3]),
			KubernetesVersion: p.KubernetesVersion, LifecycleState: stateActive,
		})
	}
	return nil
}
