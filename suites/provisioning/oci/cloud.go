package oci

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/oracle/oci-go-sdk/v65/common"

	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/infra/cli"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/sweep"
	"assay.dev/assay/infra/tfprovider"
	"assay.dev/assay/spec"
)

const (
	// runEnv names a run that `assay cloud up` made. With it the checks of attributes
	// look at that run through its own API, which is OCI's unless an emulator is
	// named, and what needs an emulator of the suite's own is skipped.
	runEnv = session.CloudRunEnv
	// dirEnv names the folder of that run.
	dirEnv = session.CloudDirEnv
)

// cloud is an OCI region with at most one run of ours in it.
type cloud struct {
	sim         *ocisim.Server // nil for a run that was up before
	api         *ociapi.Client
	compartment string
	run         string
	// env is what terraform needs to reach the region.
	env map[string]string
	// key is the API signing key's path.
	key string
}

// provider decides once what to run and where its provider comes from; the first
// time on an offline machine this builds it.
var provider = sync.OnceValues(func() (tfprovider.Installation, error) {
	return tfprovider.Ensure(context.Background(), tfprovider.Options{Log: GinkgoWriter})
})

// newCloud starts an emulator that ends with the spec or container.
func newCloud(opts ocisim.Options) *cloud {
	GinkgoHelper()
	credentials, err := ocisim.NewCredentials("eu-frankfurt-1")
	Expect(err).NotTo(HaveOccurred())
	opts.Keys = credentials.Keys()
	sim := ocisim.New(opts)
	DeferCleanup(func(ctx SpecContext) { Expect(sim.Close(ctx)).To(Succeed()) }, NodeTimeout(timeouts.OCIWorkRequest.Duration))
	Expect(sim.Start(context.Background())).To(Succeed())

	key, err := credentials.WriteKey(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	api, err := ociapi.New(common.NewRawConfigurationProvider(
		credentials.Tenancy, credentials.User, credentials.Region, credentials.Fingerprint, credentials.PrivateKey, nil), sim.URL())
	Expect(err).NotTo(HaveOccurred())
	env := sim.Env(credentials, key)
	// Terraform and its provider live for a second each; most of that would go to
	// collecting the garbage of reading the provider's schema again.
	env["GOGC"] = "400"
	return &cloud{
		sim: sim, api: api, compartment: credentials.Compartment, run: fmt.Sprintf("test-%d", GinkgoRandomSeed()),
		env: env, key: key,
	}
}

// namedCloud is the compartment of a run that is up, or nil when none is named.
func namedCloud() *cloud {
	GinkgoHelper()
	run := os.Getenv(runEnv)
	if run == "" {
		return nil
	}
	credentials, err := common.ComposingConfigurationProvider([]common.ConfigurationProvider{
		common.ConfigurationProviderEnvironmentVariables("TF_VAR", ""), common.DefaultConfigProvider(),
	})
	Expect(err).NotTo(HaveOccurred())
	api, err := ociapi.New(credentials, os.Getenv(cli.EndpointEnv))
	Expect(err).NotTo(HaveOccurred())
	return &cloud{api: api, compartment: os.Getenv("TF_VAR_compartment_id"), run: run}
}

// list asks the API for every object of a kind that is not gone.
func (c *cloud) list(ctx context.Context, kind ociapi.Kind, filter map[string]string) []ociapi.Object {
	GinkgoHelper()
	all, err := c.api.List(ctx, kind, c.compartment, filter)
	Expect(err).NotTo(HaveOccurred())
	var existing []ociapi.Object
	for _, object := range all {
		if !object.Gone() {
			existing = append(existing, object)
		}
	}
	return existing
}

// vcn is the run's only VCN, found by its tag.
func (c *cloud) vcn(ctx context.Context) ociapi.Object {
	GinkgoHelper()
	return c.tagged(ctx, ociapi.VCN, "VCNs")
}

// tagged is the only object of a kind in the compartment that has the run's tag.
func (c *cloud) tagged(ctx context.Context, kind ociapi.Kind, what string) ociapi.Object {
	GinkgoHelper()
	var ours []ociapi.Object
	for _, object := range c.list(ctx, kind, nil) {
		if object.Tag(sweep.TagRun) == c.run {
			ours = append(ours, object)
		}
	}
	Expect(ours).To(HaveLen(1), "%s of run %s in the compartment", what, c.run)
	return ours[0]
}

// inVCN lists the objects of a kind that lie in the run's VCN.
func (c *cloud) inVCN(ctx context.Context, kind ociapi.Kind) []ociapi.Object {
	GinkgoHelper()
	return c.list(ctx, kind, map[string]string{"vcnId": c.vcn(ctx).ID()})
}

// only returns the run's only object of a kind that lies in its VCN.
func (c *cloud) only(ctx context.Context, kind ociapi.Kind) ociapi.Object {
	GinkgoHelper()
	objects := c.inVCN(ctx, kind)
	Expect(objects).To(HaveLen(1), "objects of kind %s in the VCN", kind.Name)
	return objects[0]
}

// subnet is the one that allows or prohibits public addresses.
func (c *cloud) subnet(ctx context.Context, tier spec.Tier) ociapi.Object {
	GinkgoHelper()
	for _, subnet := range c.inVCN(ctx, ociapi.Subnet) {
		if subnet.Bool("prohibitPublicIpOnVnic") == (tier == spec.Private) {
			return subnet
		}
	}
	Fail(fmt.Sprintf("the VCN has no %s subnet", tier))
	return nil
}

// nodePool is the cluster's only one, in full: the list leaves fields out.
func (c *cloud) nodePool(ctx context.Context) ociapi.Object {
	GinkgoHelper()
	pools := c.list(ctx, ociapi.NodePool, map[string]string{"clusterId": c.only(ctx, ociapi.Cluster).ID()})
	Expect(pools).To(HaveLen(1), "node pools of the cluster")
	pool, err := c.api.Get(ctx, ociapi.NodePool, pools[0].ID())
	Expect(err).NotTo(HaveOccurred())
	return pool
}

// database is the run's only Autonomous Database, found by its tag.
func (c *cloud) database(ctx context.Context) ociapi.Object {
	GinkgoHelper()
	return c.tagged(ctx, ociapi.AutonomousDatabase, "Autonomous Databases")
}

// expires is a time that no test outlives.
func expires() string { return time.Now().Add(time.Hour).UTC().Format(time.RFC3339) }

// module is the configuration under test.
func module() string {
	GinkgoHelper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "infra", "terraform"))
	Expect(err).NotTo(HaveOccurred())
	return dir
}
