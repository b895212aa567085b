# The cloud part. Included by the Makefile at the top.
#
# Credentials come from ~/.oci/config or TF_VAR_*; TF_VAR_compartment_id and
# TF_VAR_region have to be set. See infra/README.md.

ASSAY_INFRA := bin/assay-infra
OCI_DIR ?= artifacts/oci
OCI_RUN ?= $(shell whoami | tr -cd 'a-z0-9')-$(shell date -u +%Y%m%d)
OCI_KUBECONFIG ?= artifacts/oke/kubeconfig
OCI_FLAGS ?=
# Where the emulator of `make e2e-sim` keeps its key and environment.
SIM_DIR := artifacts/ocisim
# The kind cluster that stands behind the emulated one.
SIM_KUBECONFIG ?= artifacts/platform/kubeconfig

.PHONY: build-infra
build-infra:
	@$(GO) build -buildvcs=false -o $(ASSAY_INFRA) ./infra/cmd/assay-infra

.PHONY: oke-cost
oke-cost: build-infra ## Tell what the OCI plan takes of Always Free, and what the rest costs
	@$(ASSAY_INFRA) cost --dir $(OCI_DIR) --run $(OCI_RUN) $(OCI_FLAGS)

.PHONY: oke-up
oke-up: build-infra ## Make network, cluster and database in OCI
	@$(ASSAY_INFRA) up --dir $(OCI_DIR) --run $(OCI_RUN) $(OCI_FLAGS)
	@$(ASSAY_INFRA) kubeconfig --dir $(OCI_DIR) --out $(OCI_KUBECONFIG)

.PHONY: oke-down
oke-down: build-infra ## Delete everything of the run in OCI and check that nothing is left
	@$(ASSAY_INFRA) down --dir $(OCI_DIR) $$(test -s $(OCI_KUBECONFIG) && echo --kubeconfig $(OCI_KUBECONFIG))

.PHONY: oke-sweep
oke-sweep: build-infra ## Delete what expired runs left in the compartment
	@$(ASSAY_INFRA) sweep $(OCI_FLAGS)

.PHONY: test-oci
test-oci: ## Apply, spoil and destroy the OCI part on the emulator
	$(GO) test -buildvcs=false -count=1 -timeout=20m ./suites/provisioning -ginkgo.label-filter=oci $(GINKGO_FLAGS)

.PHONY: test-oci-slow
test-oci-slow: ## The same with ten interrupts of up and ten of down
	ASSAY_OCI_INTERRUPTS=10 $(GO) test -buildvcs=false -count=1 -timeout=60m ./suites/provisioning -ginkgo.label-filter=oci $(GINKGO_FLAGS)

.PHONY: sim-up
sim-up: build-infra ## Make the emulated OCI whose cluster is the kind cluster that is up
	@mkdir -p $(SIM_DIR) bin
	@$(GO) build -buildvcs=false -o bin/ocisim ./infra/ocisim/cmd/ocisim
	@bin/ocisim -dir $(SIM_DIR) -kubeconfig $(SIM_KUBECONFIG) >$(SIM_DIR)/log 2>&1 & echo $$! >$(SIM_DIR)/pid
	@timeout 20 sh -c 'until test -s $(SIM_DIR)/env; do sleep 0.1; done' || { cat $(SIM_DIR)/log; exit 1; }
	@. $(SIM_DIR)/env && $(ASSAY_INFRA) up --dir $(SIM_DIR)/stack --run e2e-sim
	@. $(SIM_DIR)/env && $(ASSAY_INFRA) kubeconfig --dir $(SIM_DIR)/stack --out $(SIM_DIR)/kubeconfig

.PHONY: sim-down
sim-down: build-infra ## Destroy what sim-up made, and stop the emulator
	@. $(SIM_DIR)/env && $(ASSAY_INFRA) down --dir $(SIM_DIR)/stack
	@kill $$(cat $(SIM_DIR)/pid) && rm -rf $(SIM_DIR)
