// Package simtest is an emulated region for tests of what deletes: a run's objects, and
// decoys that look in every way like them and are somebody else's.
package simtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
)

// Compartment is the runs'.
const Compartment = ocisim.Compartment

// Region is an emulated region with a client of ours and a way to make things in it.
type Region struct {
	Sim         *ocisim.Server
	API         *ociapi.Client
	Credentials ocisim.Credentials

	// URL of the region's API.
	URL    string
	signer common.HTTPRequestSigner
}

// New starts a region that ends with the test.
func New(t *testing.T) *Region {
	t.Helper()
	made, err := ocisim.NewCredentials("eu-frankfurt-1")
	if err != nil {
		t.Fatal(err)
	}
	sim := ocisim.New(ocisim.Options{Keys: made.Keys()})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	provider := common.NewRawConfigurationProvider(made.Tenancy, made.User, made.Region, made.Fingerprint, made.PrivateKey, nil)
	api, err := ociapi.New(provider, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &Region{Sim: sim, API: api, Credentials: made, URL: server.URL, signer: common.DefaultRequestSigner(provider)}
}

// Create posts a resource and returns its OCID; clusters answer without a body. It
// lies in the runs' compartment unless the fields name another one.
func (r *Region) Create(t *testing.T, path string, fields map[string]any) string {
	t.Helper()
	if fields["compartmentId"] == nil {
		fields["compartmentId"] = r.Credentials.Compartment
	}
	content, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+path, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	req.Header.Set("Content-Type", "application/json")
	if err := r.signer.Sign(req); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("POST %s: %d %s %v", path, resp.StatusCode, body, err)
	}
	var made struct{ ID string }
	if len(body) > 0 {
		if err := json.Unmarshal(body, &made); err != nil {
			t.Fatal(err)
		}
	}
	return made.ID
}

// Made are the OCIDs of a run's objects by kind.
type Made map[string]string

// Network makes a tagged VCN with a subnet, a cluster and a load balancer, and a
// tagged database. Without a compartment it is the runs'.
func (r *Region) Network(t *testing.T, compartment, run, expires string) Made {
	t.Helper()
	if compartment == "" {
		compartment = r.Credentials.Compartment
	}
	tags := map[string]string{}
	if run != "" {
		tags = map[string]string{"assay-run": run, "assay-expires": expires}
	}
	with := func(fields map[string]any) map[string]any {
		fields["compartmentId"] = compartment
		return fields
	}
	all := Made{}
	all["vcn"] = r.Create(t, "/20160918/vcns", with(map[string]any{"displayName": "todo-vcn", "cidrBlock": "10.0.0.0/16", "freeformTags": tags}))
	all["gateway"] = r.Create(t, "/20160918/internetGateways", with(map[string]any{"vcnId": all["vcn"], "displayName": "gateway", "isEnabled": true}))
	all["table"] = r.Create(t, "/20160918/routeTables", with(map[string]any{"vcnId": all["vcn"], "displayName": "table", "routeRules": []map[string]any{
		{"destination": "0.0.0.0/0", "networkEntityId": all["gateway"]},
	}}))
	all["subnet"] = r.Create(t, "/20160918/subnets", with(map[string]any{"vcnId": all["vcn"], "displayName": "subnet", "cidrBlock": "10.0.0.0/24", "routeTableId": all["table"]}))
	known := r.IDs("cluster")
	r.Create(t, "/20180222/clusters", with(map[string]any{
		"name": "todo-cluster", "vcnId": all["vcn"], "kubernetesVersion": "v1.34.1",
		"endpointConfig": map[string]any{"subnetId": all["subnet"], "isPublicIpEnabled": true},
	}))
	all["cluster"] = newID(r.IDs("cluster"), known)
	all["database"] = r.Create(t, "/20160918/autonomousDatabases", with(map[string]any{
		"dbName": fmt.Sprintf("db%d", len(r.IDs("autonomousdatabase"))), "displayName": "todo-db", "cpuCoreCount": 1, "dataStorageSizeInTBs": 1, "freeformTags": tags,
	}))
	all["balancer"] = r.Sim.AddLoadBalancer(compartment, "ingress", all["subnet"], "")
	return all
}

// IDs are the OCIDs of a kind.
func (r *Region) IDs(kind string) []string {
	var all []string
	for _, resource := range r.Sim.Resources() {
		if resource.Kind == kind {
			all = append(all, resource.ID)
		}
	}
	return all
}

func newID(all, known []string) string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(known, id) })[0]
}

// Connect is an emulated region of another process, by the caller's environment. It makes
// things alone.
func Connect(t *testing.T, url string) *Region {
	t.Helper()
	return &Region{
		Credentials: ocisim.Credentials{Compartment: Compartment}, URL: url,
		signer: common.DefaultRequestSigner(common.ConfigurationProviderEnvironmentVariables("TF_VAR", "")),
	}
}
