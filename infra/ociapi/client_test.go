package ociapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
)

func credentials(t *testing.T) (ocisim.Credentials, common.ConfigurationProvider) {
	t.Helper()
	made, err := ocisim.NewCredentials("eu-frankfurt-1")
	if err != nil {
		t.Fatal(err)
	}
	return made, common.NewRawConfigurationProvider(made.Tenancy, made.User, made.Region, made.Fingerprint, made.PrivateKey, nil)
}

func TestListReadsEveryPage(t *testing.T) {
	made, provider := credentials(t)
	sim := ocisim.New(ocisim.Options{Keys: made.Keys()})
	for i := range 5 {
		sim.AddVolume(made.Compartment, fmt.Sprintf("csi-%d", i), 50)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := ociapi.New(provider, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.List(t.Context(), ociapi.Volume, made.Compartment, map[string]string{"limit": "2"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 5 || got[4].Name(ociapi.Volume) != "csi-4" {
		t.Errorf("listed %v, want csi-0 to csi-4", got)
	}
}

func TestCallRetriesWhatPasses(t *testing.T) {
	tests := map[string]struct {
		refusals  []int
		wantCalls int
		wantErr   string
	}{
		"rate limit":   {refusals: []int{429}, wantCalls: 2},
		"server error": {refusals: []int{500}, wantCalls: 2},
		"conflict":     {refusals: []int{409}, wantCalls: 1, wantErr: "409"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, provider := credentials(t)
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				if calls <= len(test.refusals) {
					w.WriteHeader(test.refusals[calls-1])
					return
				}
				_, _ = w.Write([]byte(`{"id": "x"}`))
			}))
			defer server.Close()
			client, err := ociapi.New(provider, server.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Get(t.Context(), ociapi.VCN, "x")
			if calls != test.wantCalls || (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("%d calls, error %v; want %d calls, error %q", calls, err, test.wantCalls, test.wantErr)
			}
		})
	}
}

func TestNotFound(t *testing.T) {
	made, provider := credentials(t)
	server := httptest.NewServer(ocisim.New(ocisim.Options{Keys: made.Keys()}))
	defer server.Close()
	client, err := ociapi.New(provider, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(t.Context(), ociapi.VCN, "ocid1.vcn.oc1..none"); !ociapi.IsNotFound(err) {
		t.Errorf("error is %v, want not found", err)
	}
}
