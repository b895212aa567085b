package ocisim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/ocisim"
)

// client signs calls to one emulated region as Oracle's SDK does.
type client struct {
	t           *testing.T
	sim         *ocisim.Server
	url         string
	credentials ocisim.Credentials
	signer      common.HTTPRequestSigner
}

type fields = map[string]any

// shared saves making a key for every test.
var shared = sync.OnceValues(func() (ocisim.Credentials, error) { return ocisim.NewCredentials("eu-frankfurt-1") })

func newClient(t *testing.T, opts ocisim.Options) *client {
	t.Helper()
	credentials, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return newClientOf(t, opts, credentials)
}

func newClientOf(t *testing.T, opts ocisim.Options, credentials ocisim.Credentials) *client {
	t.Helper()
	opts.Keys = credentials.Keys()
	sim := ocisim.New(opts)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	provider := common.NewRawConfigurationProvider(
		credentials.Tenancy, credentials.User, credentials.Region, credentials.Fingerprint, credentials.PrivateKey, nil)
	return &client{t: t, sim: sim, url: server.URL, credentials: credentials, signer: common.DefaultRequestSigner(provider)}
}

// request makes a signed request that is ready to be sent.
func (c *client) request(method, path string, body fields) *http.Request {
	c.t.Helper()
	var reader io.Reader
	if body != nil {
		content, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = bytes.NewReader(content)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	req.Header.Set("Content-Type", "application/json")
	if err := c.signer.Sign(req); err != nil {
		c.t.Fatal(err)
	}
	return req
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	decoded := fields{}
	if err := json.Unmarshal(a.body, &decoded); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return fmt.Sprint(decoded[name])
}

func (c *client) send(req *http.Request) answer {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}
}

func (c *client) call(method, path string, body fields) answer {
	c.t.Helper()
	return c.send(c.request(method, path, body))
}

// post creates a resource that must be accepted and returns its OCID.
func (c *client) post(path string, body fields) string {
	c.t.Helper()
	if _, ok := body["compartmentId"]; !ok {
		body["compartmentId"] = c.credentials.Compartment
	}
	got := c.call(http.MethodPost, path, body)
	switch got.status {
	case http.StatusOK:
		return got.field(c.t, "id")
	case http.StatusAccepted:
		return ""
	default:
		c.t.Fatalf("POST %s: %d %s", path, got.status, got.body)
		return ""
	}
}

// find returns the OCID of the only resource of a kind and name.
func (c *client) find(kind, name string) string {
	c.t.Helper()
	for _, resource := range c.sim.Resources() {
		if resource.Kind == kind && resource.Name == name {
			return resource.ID
		}
	}
	c.t.Fatalf("no %s is named %s: %v", kind, name, c.sim.Resources())
	return ""
}

// network makes a VCN with an internet gateway, a route table and a subnet.
func (c *client) network() (vcn, subnet string) {
	c.t.Helper()
	vcn = c.post("/20160918/vcns", fields{"displayName": "vcn", "cidrBlock": "10.0.0.0/16", "dnsLabel": "vcn"})
	gateway := c.post("/20160918/internetGateways", fields{"vcnId": vcn, "displayName": "gateway", "isEnabled": true})
	table := c.post("/20160918/routeTables", fields{"vcnId": vcn, "displayName": "table", "routeRules": []fields{
		{"destination": "0.0.0.0/0", "networkEntityId": gateway},
	}})
	list := c.post("/20160918/securityLists", fields{
		"vcnId": vcn, "displayName": "list", "ingressSecurityRules": []fields{}, "egressSecurityRules": []fields{},
	})
	subnet = c.post("/20160918/subnets", fields{
		"vcnId": vcn, "displayName": "subnet", "cidrBlock": "10.0.0.0/24", "dnsLabel": "subnet",
		"routeTableId": table, "securityListIds": []string{list},
	})
	return vcn, subnet
}

// cluster is a valid create body.
func cluster(vcn, subnet string) fields {
	return fields{
		"name": "cluster", "vcnId": vcn, "kubernetesVersion": "v1.34.1",
		"endpointConfig": fields{"subnetId": subnet, "isPublicIpEnabled": true},
	}
}

const armImage = "ocid1.image.oc1.eu-frankfurt-1.oraclelinux810aarch64202603310oke13411400"

// nodePool is a valid create body.
func nodePool(cluster, subnet string) fields {
	return fields{
		"name": "pool", "clusterId": cluster, "kubernetesVersion": "v1.34.1", "nodeShape": "VM.Standard.A1.Flex",
		"nodeShapeConfig":   fields{"ocpus": 2, "memoryInGBs": 8},
		"nodeSourceDetails": fields{"sourceType": "IMAGE", "imageId": armImage, "bootVolumeSizeInGBs": 50},
		"nodeConfigDetails": fields{"size": 1, "placementConfigs": []fields{
			{"availabilityDomain": "aSim:EU-FRANKFURT-1-AD-1", "subnetId": subnet},
		}},
	}
}

// with returns the body with one field changed; nil takes the field out.
func (c *client) with(body fields, name string, value any) fields {
	changed := fields{"compartmentId": c.credentials.Compartment}
	for key, old := range body {
		changed[key] = old
	}
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	return changed
}
