package oci

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ociapi"
)

func nodePoolChecks(run *applied) {
	pool := oci.NodePool
	p.It("node-pool.name", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).String("name")).To(Equal(pool.Name))
	})
	p.It("node-pool.shape", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).String("nodeShape")).To(Equal(pool.Shape))
	})
	p.It("node-pool.ocpus", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).Object("nodeShapeConfig").Number("ocpus")).To(BeEquivalentTo(pool.OCPUs))
	})
	p.It("node-pool.memory", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).Object("nodeShapeConfig").Number("memoryInGBs")).To(BeEquivalentTo(pool.MemoryGB))
	})
	p.It("node-pool.size", func(ctx SpecContext) {
		found := run.nodePool(ctx)
		Expect(found.Object("nodeConfigDetails").Number("size")).To(And(BeNumerically(">=", pool.MinSize), BeNumerically("<=", pool.MaxSize)))
		Expect(len(found.Objects("nodes"))).To(And(BeNumerically(">=", pool.MinSize), BeNumerically("<=", pool.MaxSize)))
	})
	p.It("node-pool.subnet", func(ctx SpecContext) {
		private := run.subnet(ctx, pool.Subnet).ID()
		found := run.nodePool(ctx)
		places := found.Object("nodeConfigDetails").Objects("placementConfigs")
		Expect(places).NotTo(BeEmpty())
		for _, place := range append(places, found.Objects("nodes")...) {
			Expect(place.String("subnetId")).To(Equal(private), "the subnet of nodes")
		}
	})
	p.It("node-pool.boot-volume", func(ctx SpecContext) {
		Expect(run.nodePool(ctx).Object("nodeSourceDetails").Number("bootVolumeSizeInGBs")).To(BeEquivalentTo(pool.BootVolumeGB))
	})
	p.It("node-pool.image", func(ctx SpecContext) {
		version := run.only(ctx, ociapi.Cluster).String("kubernetesVersion")
		found := run.nodePool(ctx)
		Expect(found.String("kubernetesVersion")).To(Equal(version))
		Expect(found.Object("nodeSource").String("sourceName")).To(MatchRegexp(
			fmt.Sprintf(`^Oracle-Linux-.*-%s-.*-OKE-%s-`, pool.Architecture, version[len("v"):])))
	})
	It("takes the newest of the images that fit", func(ctx SpecContext) {
		run.needsEmulator()
		Expect(run.nodePool(ctx).Object("nodeSource").String("sourceName")).To(ContainSubstring("-2026.03.31-"))
	})
}
