// Package tfvars writes what a specification says of OCI as the input variables of
// infra/terraform, which has no second copy of it.
package tfvars

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"assay.dev/assay/spec"
)

//go:generate go run -C ../.. ./cmd/assay cloud tfvars --spec spec/todo --out infra/terraform/terraform.tfvars.json

// File is what terraform reads by itself in infra/terraform; it is made of the reference
// specification.
const File = "terraform.tfvars.json"

// Variables are the input variables of infra/terraform that a specification decides.
type Variables struct {
	VCNName               string         `json:"vcn_name"`
	VCNCIDR               string         `json:"vcn_cidr"`
	VCNDNSLabel           string         `json:"vcn_dns_label"`
	PublicSubnetName      string         `json:"public_subnet_name"`
	PublicSubnetCIDR      string         `json:"public_subnet_cidr"`
	PublicSubnetDNSLabel  string         `json:"public_subnet_dns_label"`
	PrivateSubnetName     string         `json:"private_subnet_name"`
	PrivateSubnetCIDR     string         `json:"private_subnet_cidr"`
	PrivateSubnetDNSLabel string         `json:"private_subnet_dns_label"`
	InternetGatewayName   string         `json:"internet_gateway_name"`
	NATGatewayName        string         `json:"nat_gateway_name"`
	ServiceGatewayName    string         `json:"service_gateway_name"`
	SecurityRules         []SecurityRule `json:"security_rules"`
	ClusterName           string         `json:"cluster_name"`
	KubernetesVersion     string         `json:"kubernetes_version"`
	IsAPIEndpointPublic   bool           `json:"is_api_endpoint_public"`
	PodsCIDR              string         `json:"pods_cidr"`
	ServicesCIDR          string         `json:"services_cidr"`
	NodePoolName          string         `json:"node_pool_name"`
	NodeShape             string         `json:"node_shape"`
	NodeArchitecture      string         `json:"node_architecture"`
	NodeOCPUs             int            `json:"node_ocpus"`
	NodeMemoryGB          int            `json:"node_memory_gb"`
	NodePoolSize          int            `json:"node_pool_size"`
	NodePoolMinSize       int            `json:"node_pool_min_size"`
	NodePoolMaxSize       int            `json:"node_pool_max_size"`
	BootVolumeSizeGB      int            `json:"boot_volume_size_gb"`
	ADBName               string         `json:"adb_name"`
	ADBDisplayName        string         `json:"adb_display_name"`
	ADBWorkload           string         `json:"adb_workload"`
	ADBAlwaysFree         bool           `json:"adb_always_free"`
}

// SecurityRule is one rule of a subnet's security list.
type SecurityRule struct {
	Subnet    string `json:"subnet"`
	Direction string `json:"direction"`
	Protocol  string `json:"protocol"`
	Peer      string `json:"peer"`
	PortMin   *int   `json:"port_min,omitempty"`
	PortMax   *int   `json:"port_max,omitempty"`
	ICMPType  *int   `json:"icmp_type,omitempty"`
	ICMPCode  *int   `json:"icmp_code,omitempty"`
	Purpose   string `json:"purpose"`
}

// Of returns the variables of a platform. The error names everything that the
// configuration cannot make, all at once.
func Of(p *spec.Platform) (Variables, error) {
	oci := p.OCI
	if err := possible(oci); err != nil {
		return Variables{}, err
	}
	public, private := p.Subnet(spec.Public), p.Subnet(spec.Private)
	cluster, pool, database := oci.OKECluster, oci.NodePool, oci.AutonomousDatabase
	v := Variables{
		VCNName: oci.VCN.Name, VCNCIDR: oci.VCN.CIDRBlock.String(), VCNDNSLabel: oci.VCN.DNSLabel,
		PublicSubnetName: public.Name, PublicSubnetCIDR: public.CIDRBlock.String(), PublicSubnetDNSLabel: public.DNSLabel,
		PrivateSubnetName: private.Name, PrivateSubnetCIDR: private.CIDRBlock.String(), PrivateSubnetDNSLabel: private.DNSLabel,
		InternetGatewayName: gateway(oci, spec.InternetGateway), NATGatewayName: gateway(oci, spec.NATGateway),
		ServiceGatewayName: gateway(oci, spec.ServiceGateway),
		ClusterName:        cluster.Name, KubernetesVersion: cluster.KubernetesVersion, IsAPIEndpointPublic: cluster.Endpoint.PublicIP,
		PodsCIDR: cluster.PodsCIDR.String(), ServicesCIDR: cluster.ServicesCIDR.String(),
		NodePoolName: pool.Name, NodeShape: pool.Shape, NodeArchitecture: string(pool.Architecture),
		NodeOCPUs: pool.OCPUs, NodeMemoryGB: pool.MemoryGB,
		NodePoolSize: pool.Size, NodePoolMinSize: pool.MinSize, NodePoolMaxSize: pool.MaxSize, BootVolumeSizeGB: pool.BootVolumeGB,
		ADBName: database.DBName, ADBDisplayName: database.Name, ADBWorkload: database.Workload, ADBAlwaysFree: database.AlwaysFree,
		SecurityRules: []SecurityRule{},
	}
	for _, rule := range oci.SecurityRules {
		made := SecurityRule{
			Subnet: string(rule.Subnet), Direction: string(rule.Direction), Protocol: string(rule.Protocol),
			Peer: string(rule.Peer), Purpose: rule.Purpose,
		}
		if rule.PortMin != 0 {
			made.PortMin, made.PortMax = &rule.PortMin, &rule.PortMax
		}
		if rule.Protocol == spec.ICMP {
			made.ICMPType, made.ICMPCode = &rule.ICMPType, &rule.ICMPCode
		}
		v.SecurityRules = append(v.SecurityRules, made)
	}
	return v, nil
}

// possible tells what infra/terraform makes in one way only.
func possible(oci spec.OCI) error {
	var errs []error
	want := func(path string, got, want any) {
		if got != want {
			errs = append(errs, fmt.Errorf("%s: infra/terraform makes %v only, not %v", path, want, got))
		}
	}
	for _, kind := range []spec.GatewayKind{spec.InternetGateway, spec.NATGateway, spec.ServiceGateway} {
		if gateway(oci, kind) == "" {
			errs = append(errs, fmt.Errorf("oci.gateways: infra/terraform makes a gateway of the kind %s, which has no name", kind))
		}
	}
	routes := map[spec.Tier]spec.GatewayKind{spec.Public: spec.InternetGateway, spec.Private: spec.NATGateway}
	for _, subnet := range oci.Subnets {
		path := fmt.Sprintf("oci.subnets[%s]", subnet.Tier)
		want(path+".defaultRoute", subnet.DefaultRoute, routes[subnet.Tier])
		want(path+".prohibitPublicIp", subnet.ProhibitPublicIP, subnet.Tier == spec.Private)
	}
	want("oci.okeCluster.type", oci.OKECluster.Type, "BASIC_CLUSTER")
	want("oci.okeCluster.endpoint.subnet", oci.OKECluster.Endpoint.Subnet, spec.Public)
	want("oci.nodePool.subnet", oci.NodePool.Subnet, spec.Private)
	want("oci.autonomousDatabase.network", oci.AutonomousDatabase.Network, spec.Reach("public"))
	return errors.Join(errs...)
}

func gateway(oci spec.OCI, kind spec.GatewayKind) string {
	i := slices.IndexFunc(oci.Gateways, func(g spec.Gateway) bool { return g.Kind == kind })
	if i < 0 {
		return ""
	}
	return oci.Gateways[i].Name
}

// Map returns the variables by their names.
func (v Variables) Map() (map[string]any, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode the variables: %w", err)
	}
	var variables map[string]any
	if err := json.Unmarshal(content, &variables); err != nil {
		return nil, fmt.Errorf("decode the variables: %w", err)
	}
	return variables, nil
}

// Write returns the variables as the content of a file for terraform.
func (v Variables) Write() ([]byte, error) {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the variables: %w", err)
	}
	return append(content, '\n'), nil
}
