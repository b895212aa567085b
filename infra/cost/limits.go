package cost

// Always Free allowances of one tenancy since June 2026
// (https://docs.oracle.com/en-us/iaas/Content/FreeTier/freetier_topic-Always_Free_Resources.htm).
const (
	freeOCPUs         = 2   // of VM.Standard.A1.Flex, all nodes together
	freeMemoryGB      = 12  // likewise
	freeStorageGB     = 200 // boot and block volumes together
	freeLoadBalancers = 1   // flexible, at 10 Mbps
	freeBandwidthMbps = 10  // of that load balancer
	freeDatabases     = 2   // Autonomous Databases marked as Always Free
)

// List prices in US dollars of what goes past the allowances, for an estimate
// before the bill (https://www.oracle.com/cloud/price-list/).
const (
	priceOCPUHour        = 0.01
	priceMemoryGBHour    = 0.0015
	priceStorageGBMonth  = 0.0425 // balanced performance: capacity plus 10 VPUs
	priceBalancerHour    = 0.0113
	priceMbpsHour        = 0.0001
	priceEnhancedHour    = 0.10
	priceDatabaseOCPU    = 1.3441
	hoursPerMonth        = 744 // how OCI counts a month
	minVolumeGB          = 50  // the smallest volume that OCI makes
	freeShape            = "VM.Standard.A1.Flex"
	enhancedClusterLevel = "ENHANCED_CLUSTER"
)
