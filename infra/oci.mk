# The cloud part. Included by the Makefile at the top.
#
# Credentials come from ~/.oci/config or TF_VAR_*; TF_VAR_compartment_id and
# TF_VAR_region have to be set. See infra/README.md.

# Where the run's state lies, what the run is called, and flags for `up`.
export OCI_DIR OCI_RUN OCI_FLAGS
# Which checks are run: safe, or full with those that break things on purpose.
export SET

.PHONY: build-infra
build-infra:
	@$(GO) build -buildvcs=false -o bin/assay-infra ./infra/cmd/assay-infra

# What a machine lacks is built before the tests, whose time is bounded. Nothing else
# compiles Terraform or the provider.
test-oci test-oci-slow: oci-tools
.PHONY: oci-tools
oci-tools: build-infra ## Find Terraform and the OCI provider, or build what is missing
	@bin/assay-infra tools

.PHONY: e2e-oke
e2e-oke: ## Apply, deploy, judge and destroy on OCI
	@infra/cloud.sh oke e2e

.PHONY: e2e-sim
e2e-sim: ## The same on the emulated OCI with a kind cluster behind it whose nodes are like OKE's
	@infra/cloud.sh sim e2e

.PHONY: oke-bootstrap
oke-bootstrap: build-infra ## Make the bucket for the runs' inventories, once for a compartment
	@bin/assay-infra bootstrap

.PHONY: oke-cost
oke-cost: build-infra ## Print how much of Always Free the OCI plan uses, and what the rest costs
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && bin/assay-infra cost --dir "$$dir" --run cost $(OCI_FLAGS)

.PHONY: oke-up
oke-up: ## Make network, cluster and database in OCI
	@infra/cloud.sh oke up

.PHONY: oke-attributes
oke-attributes: ## Check by the API of OCI that everything is as specified
	@infra/cloud.sh oke attributes

.PHONY: oke-deploy
oke-deploy: ## Install the platform on the cluster in OCI
	@infra/cloud.sh oke deploy

.PHONY: oke-judge
oke-judge: ## Run the suites on the platform in OCI: SET=safe or SET=full
	@infra/cloud.sh oke judge

.PHONY: oke-scan
oke-scan: ## Search secrets in what is saved of the run in OCI
	@infra/cloud.sh oke scan

.PHONY: oke-down
oke-down: ## Delete everything of the run in OCI and check that nothing is left
	@infra/cloud.sh oke down

.PHONY: oke-sweep
oke-sweep: build-infra ## Delete what the stored inventories of expired runs name
	@bin/assay-infra sweep $(OCI_FLAGS)

.PHONY: sim-up
sim-up: ## Make the emulated OCI with a kind cluster behind it whose nodes are like OKE's
	@infra/cloud.sh sim up

.PHONY: sim-down
sim-down: ## Destroy what sim-up made, stop the emulator, and remove the kind cluster
	@infra/cloud.sh sim down

# Packages whose tests apply Terraform: those with the build tag alone, and the suite.
TERRAFORM := ./infra/tfrun ./harness/mutate/cloud

.PHONY: test-oci
test-oci: ## Apply, break and destroy the OCI part on the emulator, by Terraform
	$(GO) test -buildvcs=false -count=1 -vet=off -timeout=20m -tags=terraform $(TERRAFORM)
	$(GO) test -buildvcs=false -count=1 -vet=off -timeout=20m ./suites/provisioning/oci $(GINKGO_FLAGS)
	@echo 'the same for the specification of testdata/shop'
	ASSAY_SPEC='$(CURDIR)/testdata/shop' $(GO) test -buildvcs=false -count=1 -vet=off -timeout=20m ./suites/provisioning/oci $(GINKGO_FLAGS)

.PHONY: test-oci-slow
test-oci-slow: ## The same with ten interrupts of up and ten of down
	ASSAY_OCI_INTERRUPTS=10 $(GO) test -buildvcs=false -count=1 -timeout=60m ./suites/provisioning/oci $(GINKGO_FLAGS)
