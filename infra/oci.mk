# The cloud part. Included by the Makefile at the top. Its steps one by one are
# `bin/assay cloud STEP`.
#
# Credentials come from ~/.oci/config or TF_VAR_*; TF_VAR_compartment_id and
# TF_VAR_region have to be set. See infra/README.md.

# What a machine lacks is built before the tests, whose time is bounded. Nothing else
# compiles Terraform or the provider.
test-oci test-oci-slow: oci-tools
.PHONY: oci-tools
oci-tools: build ## Find Terraform and the OCI provider, or build what is missing
	@$(ASSAY) cloud tools

# SET=full judges with what breaks things on purpose; OCI_FLAGS are more flags.
E2E_FLAGS = $(if $(SET),--set='$(SET)') $(OCI_FLAGS)

.PHONY: e2e-oke
e2e-oke: build ## Apply, deploy, judge and destroy on OCI
	@$(ASSAY) cloud e2e $(E2E_FLAGS)

.PHONY: e2e-sim
e2e-sim: build ## The same on the emulated OCI with a kind cluster behind it whose nodes are like OKE's
	@$(ASSAY) cloud e2e --target=sim $(E2E_FLAGS)

# Packages whose tests apply Terraform: those with the build tag alone, and the suite.
TERRAFORM := ./infra/tfrun ./harness/mutate/cloud

.PHONY: test-oci
test-oci: ## Apply, break and destroy the OCI part on the emulator, by Terraform
	$(GO) test -count=1 -vet=off -timeout=20m -tags=terraform $(TERRAFORM)
	$(GO) test -count=1 -vet=off -timeout=20m ./suites/provisioning/oci $(GINKGO_FLAGS)
	@echo 'the same for the specification of testdata/shop'
	ASSAY_SPEC='$(CURDIR)/testdata/shop' $(GO) test -count=1 -vet=off -timeout=20m ./suites/provisioning/oci $(GINKGO_FLAGS)

.PHONY: test-oci-slow
test-oci-slow: ## The same with ten interrupts of up and ten of down
	ASSAY_OCI_INTERRUPTS=10 $(GO) test -count=1 -timeout=60m ./suites/provisioning/oci $(GINKGO_FLAGS)
