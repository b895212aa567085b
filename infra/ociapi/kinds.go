package ociapi

// service is an OCI service's host name, in the SDK's own notation.
type service struct{ name, template string }

var (
	core     = service{"iaas", "iaas.{region}.{secondLevelDomain}"}
	engine   = service{"containerengine", "containerengine.{region}.oci.{secondLevelDomain}"}
	database = service{"database", "database.{region}.{secondLevelDomain}"}
)

// Kind is a type of resource.
type Kind struct {
	// Name is the word in the resource's OCID.
	Name string
	// Path of the collection, with the API version.
	Path    string
	service service
	// nameField holds the resource's display name.
	nameField string
}

// The kinds that a run makes, directly or through the cluster.
var (
	VCN                = Kind{"vcn", "/20160918/vcns", core, "displayName"}
	Subnet             = Kind{"subnet", "/20160918/subnets", core, "displayName"}
	InternetGateway    = Kind{"internetgateway", "/20160918/internetGateways", core, "displayName"}
	NATGateway         = Kind{"natgateway", "/20160918/natGateways", core, "displayName"}
	ServiceGateway     = Kind{"servicegateway", "/20160918/serviceGateways", core, "displayName"}
	RouteTable         = Kind{"routetable", "/20160918/routeTables", core, "displayName"}
	SecurityList       = Kind{"securitylist", "/20160918/securityLists", core, "displayName"}
	Volume             = Kind{"volume", "/20160918/volumes", core, "displayName"}
	LoadBalancer       = Kind{"loadbalancer", "/20170115/loadBalancers", core, "displayName"}
	Cluster            = Kind{"cluster", "/20180222/clusters", engine, "name"}
	NodePool           = Kind{"nodepool", "/20180222/nodePools", engine, "name"}
	AutonomousDatabase = Kind{"autonomousdatabase", "/20160918/autonomousDatabases", database, "displayName"}
)
