package sweep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
)

var now = time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)

// region is an emulated region with a client of ours and a way to make things in it.
type region struct {
	sim         *ocisim.Server
	url         string
	credentials ocisim.Credentials
	signer      common.HTTPRequestSigner
	api         *ociapi.Client
}

func newRegion(t *testing.T) *region {
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
	return &region{sim: sim, url: server.URL, credentials: made, signer: common.DefaultRequestSigner(provider), api: api}
}

// create posts a resource and returns its OCID; clusters answer without a body.
func (r *region) create(t *testing.T, path string, fields map[string]any) string {
	t.Helper()
	fields["compartmentId"] = r.credentials.Compartment
	content, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+path, bytes.NewReader(content))
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

// network makes a tagged VCN with a subnet, a cluster and a load balancer.
func (r *region) network(t *testing.T, run, expires string) {
	t.Helper()
	tags := map[string]string{}
	if run != "" {
		tags = map[string]string{sweep.TagRun: run, sweep.TagExpires: expires}
	}
	vcn := r.create(t, "/20160918/vcns", map[string]any{"displayName": run, "cidrBlock": "10.0.0.0/16", "freeformTags": tags})
	gateway := r.create(t, "/20160918/internetGateways", map[string]any{"vcnId": vcn, "displayName": "gateway", "isEnabled": true})
	table := r.create(t, "/20160918/routeTables", map[string]any{"vcnId": vcn, "displayName": "table", "routeRules": []map[string]any{
		{"destination": "0.0.0.0/0", "networkEntityId": gateway},
	}})
	subnet := r.create(t, "/20160918/subnets", map[string]any{"vcnId": vcn, "displayName": "subnet", "cidrBlock": "10.0.0.0/24", "routeTableId": table})
	r.create(t, "/20180222/clusters", map[string]any{
		"name": "cluster", "vcnId": vcn, "kubernetesVersion": "v1.34.1",
		"endpointConfig": map[string]any{"subnetId": subnet, "isPublicIpEnabled": true},
	})
	r.create(t, "/20160918/autonomousDatabases", map[string]any{
		"dbName": "db" + run, "displayName": "db", "isFreeTier": true, "cpuCoreCount": 1, "dataStorageSizeInTBs": 1, "freeformTags": tags,
	})
	r.sim.AddLoadBalancer(r.credentials.Compartment, "balancer", subnet, "")
}

func (r *region) sweep(t *testing.T, opts sweep.Options) sweep.Report {
	t.Helper()
	opts.Compartment, opts.Now, opts.Poll = r.credentials.Compartment, now, time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	report, err := sweep.Run(ctx, r.api, opts, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestSweepDeletesExpiredRunsOnly(t *testing.T) {
	tests := map[string]struct {
		run, expires string
		opts         sweep.Options
		wantLeft     int
		wantKept     string
	}{
		"expired":           {run: "old", expires: "2026-03-01T05:59:59Z"},
		"not expired":       {run: "new", expires: "2026-03-01T06:00:01Z", wantLeft: 7},
		"not ours":          {wantLeft: 7},
		"unreadable expiry": {run: "odd", expires: "tomorrow", wantLeft: 7, wantKept: "tomorrow"},
		"named run":         {run: "mine", expires: "2099-01-01T00:00:00Z", opts: sweep.Options{Run: "mine"}},
		"another run":       {run: "mine", expires: "2026-01-01T00:00:00Z", opts: sweep.Options{Run: "other"}, wantLeft: 7},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegion(t)
			r.network(t, test.run, test.expires)
			report := r.sweep(t, test.opts)
			if left := r.sim.Resources(); len(left) != test.wantLeft {
				t.Errorf("%d resources are left, want %d: %v", len(left), test.wantLeft, left)
			}
			if kept := fmt.Sprint(report.Keep); !strings.Contains(kept, test.wantKept) {
				t.Errorf("kept %s, want a word about %q", kept, test.wantKept)
			}
		})
	}
}

func TestSweepFindsAClusterWhoseNetworkIsGone(t *testing.T) {
	r := newRegion(t)
	r.sim.Inject(ocisim.Fault{FailWork: "Out of host capacity."}.On(http.MethodPost, "^/20180222/clusters$"))
	r.network(t, "run", "2099-01-01T00:00:00Z")
	// The failed cluster blocks nothing, so that all around it can go.
	if err := r.sim.Edit("cluster", "cluster", func(fields map[string]any) { fields["vcnId"] = "ocid1.vcn.oc1..gone" }); err != nil {
		t.Fatal(err)
	}
	r.sweep(t, sweep.Options{})
	isCluster := func(left ocisim.Resource) bool { return left.Kind == "cluster" }
	if left := r.sim.Resources(); slices.ContainsFunc(left, isCluster) || len(left) != 6 {
		t.Errorf("left are %v, want all but the cluster", left)
	}
}

func TestSweepTouchesVolumesOnRequestOnly(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		t.Run(fmt.Sprint(wanted), func(t *testing.T) {
			r := newRegion(t)
			r.sim.AddVolume(r.credentials.Compartment, "csi-1234", 50)
			r.sim.AddVolume(r.credentials.Compartment, "archive", 50)
			report := r.sweep(t, sweep.Options{Volumes: wanted})
			wantLeft, wantKept := 2, 1
			if wanted {
				wantLeft, wantKept = 1, 0
			}
			if left := r.sim.Resources(); len(left) != wantLeft || len(report.Keep) != wantKept {
				t.Errorf("left are %v, kept %v", left, report.Keep)
			}
		})
	}
}

func TestSweepGoesOnAfterAFailure(t *testing.T) {
	r := newRegion(t)
	r.network(t, "old", "2026-01-01T00:00:00Z")
	r.sim.Inject(ocisim.Conflicting.On(http.MethodDelete, "^/20170115/loadBalancers/"))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	opts := sweep.Options{Compartment: r.credentials.Compartment, Now: now, Poll: time.Millisecond}
	_, err := sweep.Run(ctx, r.api, opts, t.Logf)
	if err == nil || !strings.Contains(err.Error(), "loadbalancer") {
		t.Errorf("error is %v, want the load balancer's", err)
	}
	isCostly := func(left ocisim.Resource) bool { return left.Kind == "cluster" || left.Kind == "autonomousdatabase" }
	if left := r.sim.Resources(); slices.ContainsFunc(left, isCostly) {
		t.Errorf("left are %v, want neither cluster nor database", left)
	}
}
