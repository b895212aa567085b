package ocisim_test

import (
	"net/http"
	"strings"
	"testing"

	"assay.dev/assay/infra/ocisim"
)

// refusal is a create that the service must refuse.
type refusal struct {
	path    string
	body    func(c *client, vcn, subnet string) fields
	field   string
	value   any
	message string
}

func vcnBody(*client, string, string) fields { return fields{"cidrBlock": "10.1.0.0/16"} }

func subnetBody(_ *client, vcn, _ string) fields {
	return fields{"vcnId": vcn, "cidrBlock": "10.0.1.0/24", "dnsLabel": "other"}
}

func listBody(_ *client, vcn, _ string) fields {
	return fields{"vcnId": vcn, "ingressSecurityRules": []fields{}, "egressSecurityRules": []fields{}}
}

func tableBody(_ *client, vcn, _ string) fields {
	return fields{"vcnId": vcn, "routeRules": []fields{}}
}

func clusterBody(_ *client, vcn, subnet string) fields { return cluster(vcn, subnet) }

func poolBody(c *client, vcn, subnet string) fields {
	c.post("/20180222/clusters", cluster(vcn, subnet))
	return nodePool(c.find("cluster", "cluster"), subnet)
}

func databaseBody(*client, string, string) fields {
	return fields{
		"dbName": "tododb", "isFreeTier": true, "cpuCoreCount": 1, "dataStorageSizeInTBs": 1, "adminPassword": "Sunflower2026x",
	}
}

var refusals = map[string]refusal{
	"vcn: host bits set":               {vcns, vcnBody, "cidrBlock", "10.1.0.1/16", "host bits"},
	"vcn: too large":                   {vcns, vcnBody, "cidrBlock", "10.0.0.0/8", "/16 and /30"},
	"vcn: not a network":               {vcns, vcnBody, "cidrBlock", "ten", "not an IPv4 CIDR"},
	"vcn: two ways to say it":          {vcns, vcnBody, "cidrBlocks", []string{"10.2.0.0/16"}, "exactly one"},
	"vcn: long dns label":              {vcns, vcnBody, "dnsLabel", "abcdefghijklmnop", "at most 15"},
	"vcn: unknown field":               {vcns, vcnBody, "colour", "red", "not known"},
	"vcn: no compartment":              {vcns, vcnBody, "compartmentId", nil, "compartmentId is required"},
	"subnet: outside the vcn":          {"/20160918/subnets", subnetBody, "cidrBlock", "10.1.0.0/24", "not inside"},
	"subnet: larger than the vcn":      {"/20160918/subnets", subnetBody, "cidrBlock", "10.0.0.0/8", "not inside"},
	"subnet: overlaps":                 {"/20160918/subnets", subnetBody, "cidrBlock", "10.0.0.128/25", "overlaps"},
	"subnet: dns label taken":          {"/20160918/subnets", subnetBody, "dnsLabel", "subnet", "taken"},
	"subnet: no such vcn":              {"/20160918/subnets", subnetBody, "vcnId", "ocid1.vcn.oc1..none", "does not exist"},
	"subnet: no such list":             {"/20160918/subnets", subnetBody, "securityListIds", []string{"ocid1.x"}, "does not exist"},
	"subnet: six lists":                {"/20160918/subnets", subnetBody, "securityListIds", make([]string, 6), "at most 5"},
	"gateway: second in a vcn":         {"/20160918/internetGateways", func(_ *client, vcn, _ string) fields { return fields{"vcnId": vcn} }, "isEnabled", true, "already"},
	"service gateway: no such service": {"/20160918/serviceGateways", func(_ *client, vcn, _ string) fields { return fields{"vcnId": vcn} }, "services", []fields{{"serviceId": "x"}}, "not a service"},
	"route: no such gateway":           {"/20160918/routeTables", tableBody, "routeRules", []fields{{"destination": "0.0.0.0/0", "networkEntityId": "ocid1.natgateway.oc1..x"}}, "does not exist"},
	"route: service by other gateway":  {"/20160918/routeTables", tableBody, "routeRules", []fields{{"destination": "all-fra-services-in-oracle-services-network", "destinationType": "SERVICE_CIDR_BLOCK", "networkEntityId": "ocid1.natgateway.oc1..x"}}, "service gateway only"},
	"rule: protocol by name":           {"/20160918/securityLists", listBody, "ingressSecurityRules", []fields{{"protocol": "TCP", "source": "0.0.0.0/0"}}, "protocol"},
	"rule: ports without tcp":          {"/20160918/securityLists", listBody, "ingressSecurityRules", []fields{{"protocol": "1", "source": "0.0.0.0/0", "tcpOptions": fields{}}}, "does not go with"},
	"rule: ports reversed":             {"/20160918/securityLists", listBody, "ingressSecurityRules", []fields{{"protocol": "6", "source": "0.0.0.0/0", "tcpOptions": fields{"destinationPortRange": fields{"min": 443, "max": 80}}}}, "not a range"},
	"rule: source with host bits":      {"/20160918/securityLists", listBody, "ingressSecurityRules", []fields{{"protocol": "6", "source": "10.0.0.1/8"}}, "host bits"},
	"cluster: version not offered":     {"/20180222/clusters", clusterBody, "kubernetesVersion", "v1.28.2", "not offered"},
	"cluster: pods inside the vcn":     {"/20180222/clusters", clusterBody, "options", fields{"kubernetesNetworkConfig": fields{"podsCidr": "10.0.0.0/17", "servicesCidr": "10.96.0.0/16"}}, "overlaps the vcn"},
	"cluster: pods over services":      {"/20180222/clusters", clusterBody, "options", fields{"kubernetesNetworkConfig": fields{"podsCidr": "10.96.0.0/15", "servicesCidr": "10.96.0.0/16"}}, "overlaps servicesCidr"},
	"pool: no such shape":              {"/20180222/nodePools", poolBody, "nodeShape", "VM.Standard9", "not offered"},
	"pool: x86 image on Arm":           {"/20180222/nodePools", poolBody, "nodeSourceDetails", fields{"sourceType": "IMAGE", "imageId": "ocid1.image.oc1.eu-frankfurt-1.oraclelinux810202604300oke13411500"}, "does not run on"},
	"pool: small boot volume":          {"/20180222/nodePools", poolBody, "nodeSourceDetails", fields{"sourceType": "IMAGE", "imageId": armImage, "bootVolumeSizeInGBs": 49}, "at least 50"},
	"pool: flexible without a size":    {"/20180222/nodePools", poolBody, "nodeShapeConfig", nil, "nodeShapeConfig"},
	"pool: newer than the cluster":     {"/20180222/nodePools", poolBody, "kubernetesVersion", "v1.36.0", "newer"},
	"pool: nowhere":                    {"/20180222/nodePools", poolBody, "nodeConfigDetails", fields{"size": 1}, "placementConfigs"},
	"database: weak password":          {"/20160918/autonomousDatabases", databaseBody, "adminPassword", "sunflower", "password rules"},
	"database: two OCPUs for nothing":  {"/20160918/autonomousDatabases", databaseBody, "cpuCoreCount", 2, "Always Free"},
	"database: name with a hyphen":     {"/20160918/autonomousDatabases", databaseBody, "dbName", "todo-db", "letters and digits"},
}

func TestRules(t *testing.T) {
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, ocisim.Options{})
			vcn, subnet := c.network()
			body := c.with(test.body(c, vcn, subnet), test.field, test.value)
			before := len(c.sim.Resources())
			got := c.call(http.MethodPost, test.path, body)
			if got.status != http.StatusBadRequest && got.status != http.StatusNotFound || !strings.Contains(string(got.body), test.message) {
				t.Errorf("answered %d %s, want a refusal with %q", got.status, got.body, test.message)
			}
			if after := len(c.sim.Resources()); after != before {
				t.Errorf("a refused create changed the number of resources from %d to %d", before, after)
			}
		})
	}
}

// TestRulesAcceptTheirBase makes sure that each refusal above is due to the
// field that it changes.
func TestRulesAcceptTheirBase(t *testing.T) {
	for name, test := range refusals {
		if strings.HasPrefix(name, "gateway: second") || strings.HasPrefix(name, "service gateway") {
			continue // the changed field is one that the base lacks
		}
		t.Run(name, func(t *testing.T) {
			c := newClient(t, ocisim.Options{})
			vcn, subnet := c.network()
			c.post(test.path, test.body(c, vcn, subnet))
		})
	}
}

func TestAlwaysFreeDatabasesAreTwo(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	for _, name := range []string{"one", "two"} {
		c.post("/20160918/autonomousDatabases", c.with(databaseBody(c, "", ""), "dbName", name))
	}
	got := c.call(http.MethodPost, "/20160918/autonomousDatabases", c.with(databaseBody(c, "", ""), "dbName", "three"))
	if got.field(t, "code") != "LimitExceeded" {
		t.Errorf("a third answered %d %s, want LimitExceeded", got.status, got.body)
	}
}

func TestPasswordIsNotKept(t *testing.T) {
	c := newClient(t, ocisim.Options{})
	id := c.post("/20160918/autonomousDatabases", databaseBody(c, "", ""))
	got := c.call(http.MethodGet, "/20160918/autonomousDatabases/"+id, nil)
	if strings.Contains(string(got.body), "Sunflower") {
		t.Errorf("the database shows its password: %s", got.body)
	}
}
