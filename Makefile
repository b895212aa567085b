# Every command that people and CI use. `make help` lists them.
SHELL := /bin/bash
GO ?= go
# Builds do not depend on what the user's environment says for other projects.
export GOWORK := off
# Every compile has the same settings (hermetic/host), so that what one has made serves all.
override GOFLAGS := -buildvcs=false
export GOFLAGS
unexport GOOS GOARCH
ASSAY := bin/assay
# Ginkgo's filters: make e2e-kind FOCUS='kafka.topics', make test-quotas LABELS='MUST'
FOCUS ?=
LABELS ?=
FILTER = $(if $(FOCUS),--focus='$(FOCUS)') $(if $(LABELS),--labels='$(LABELS)')
GINKGO_FLAGS := -ginkgo.v -ginkgo.no-color $(if $(FOCUS),-ginkgo.focus='$(FOCUS)')
# Suites that judge a live platform, and the one that applies Terraform to an emulated
# OCI; all other packages need neither.
SUITES := provisioning quotas eventing chaos
LIVE := assay.dev/assay/selftest/platform $(addprefix assay.dev/assay/suites/,$(SUITES) provisioning/oci)

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '  make %-18s %s\n' 'test-SUITE' 'Run one suite on the platform: $(SUITES)' 

.PHONY: build
build: ## Compile the assay command into bin/
	@$(GO) build -o $(ASSAY) ./cmd/assay

.PHONY: up
up: build ## Bring the platform up on kind, or reuse the one that is up
	@$(ASSAY) up

.PHONY: down
down: build ## Take the platform down; the build cache stays
	@$(ASSAY) down

.PHONY: doctor
doctor: build ## Check prerequisites
	@$(ASSAY) doctor

.PHONY: e2e-kind
e2e-kind: build ## Bring the platform up, run all suites, write the report (QUICK=1: no faults, under 2 minutes)
	@$(ASSAY) e2e $(if $(QUICK),--quick) $(FILTER)

.PHONY: e2e-shop
e2e-shop: ## Do the same for the specification of testdata/shop, on a platform beside the first
	@ASSAY_SPEC=testdata/shop ASSAY_PLATFORM=shop $(MAKE) --no-print-directory e2e-kind

.PHONY: $(addprefix test-,$(SUITES))
$(addprefix test-,$(SUITES)): test-%: up
	@$(ASSAY) test $* $(FILTER)

.PHONY: report
report: build ## Write the report of the last run again, or of another one (RUN=ID)
	@$(ASSAY) report $(if $(filter-out file,$(origin RUN)),'$(RUN)')

.PHONY: test-report
test-report: build ## Test the report and the frontend of the platform that is up in a browser (RUN=ID)
	@$(ASSAY) smoke $(if $(filter-out file,$(origin RUN)),'$(RUN)')

.PHONY: replay
RUN ?= docs/runs/healthy
replay: build ## Judge a saved run again, without a cluster (RUN=artifacts/runs/…)
	@$(ASSAY) replay '$(RUN)'

.PHONY: record-demo
record-demo: ## Run all suites and record docs/runs again from that run (RUN=… from a saved run)
ifeq ($(origin RUN),file)
	@$(MAKE) --no-print-directory up
	@$(ASSAY) test && $(ASSAY) record-demo
else
	@$(MAKE) --no-print-directory build
	@$(ASSAY) record-demo '$(RUN)'
endif

.PHONY: heal
heal: build ## Remove all faults and mutants that a killed run left
	@$(ASSAY) heal

.PHONY: mutate
mutate: up ## Apply each mutant, one at a time, and verify that its check detects it
	@$(ASSAY) mutate $(if $(ONLY),--only='$(ONLY)') $(if $(SAMPLE),--sample=$(SAMPLE))

.PHONY: soak
soak: up ## Repeat suites without retries (RUNS=10 SUITE=quotas) and report how often each check is red
	@$(ASSAY) soak $(if $(RUNS),--runs=$(RUNS)) $(if $(SUITE),--suite=$(SUITE)) $(FILTER)

# Compiled tests are not vetted: `make vet` looks at everything once. The last line counts
# what ran and what was skipped; each skipped test is named above it, with the reason.
.PHONY: test
test: build bin/gotestsum ## Run every test that needs neither a platform nor Terraform
	@$(GO) -C testdata/consumer list -deps -test ./... >/dev/null
	@tools=$$($(ASSAY) tools) && eval "$$tools" && \
	bin/gotestsum --format=pkgname-and-test-fails --format-hide-empty-pkg -- -vet=off \
		$$($(GO) list ./... ./testdata/shop/... | grep -vxF $(foreach suite,$(LIVE),-e $(suite)))

bin/gotestsum: tools/go.mod
	@echo "compiling gotestsum, which counts tests"
	@cd tools && $(GO) build -o ../bin/gotestsum gotest.tools/gotestsum

.PHONY: vet
vet: ## Run go vet, also on tests with build tags
	$(GO) vet -tags=lifecycle,terraform,adopted ./... ./testdata/shop/...

.PHONY: test-safety
test-safety: ## Run the tests that verify that nothing of others is touched
	$(GO) test ./... -run TestSafety

.PHONY: test-platform
test-platform: up ## Test that the platform runs the real products, and that killed commands leave nothing (SHORT=1 without those)
	$(GO) test -count=1 -timeout=20m ./selftest/platform $(GINKGO_FLAGS)
	@$(MAKE) --no-print-directory test-judges
ifdef SHORT
	@echo 'left out by SHORT=1: commands that are killed (make test-killed ASSAY_KILLS=3)'
else
	$(LIFECYCLE) -timeout=80m -run 'TestKilled(Mutate|Fault|Down)'
endif
	@$(MAKE) --no-print-directory test-lifecycle

# Tests on a platform of this machine, by the command that `build` makes.
LIFECYCLE := $(GO) test -count=1 -tags=lifecycle ./harness/platform -v

.PHONY: test-judges
test-judges: up ## Test that a second run is refused and does not change the first one's verdict
	$(LIFECYCLE) -timeout=15m -run TestTwoJudges

.PHONY: test-lifecycle
test-lifecycle: build ## Test that a platform is reused, and that down leaves the machine as it was
	$(LIFECYCLE) -timeout=15m -run TestLifecycle

.PHONY: test-killed
test-killed: up ## Kill mutate, faults, down and up ten times each (ASSAY_KILLS=10) at random moments
	ASSAY_KILLS=$(or $(ASSAY_KILLS),10) $(LIFECYCLE) -timeout=5h -run TestKilled

# What runs in images, beside what is not compiled here.
CROSS_IMAGES := ./workloads/... ./harness/record/probe/cmd/... ./hermetic/registry/cmd/...

bin/cyclonedx-gomod: tools/go.mod
	@echo "compiling cyclonedx-gomod, which lists what programs are made of"
	@cd tools && $(GO) build -o ../bin/cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

.PHONY: dist
dist: bin/cyclonedx-gomod ## Make archives and an image that run without checkout and Go (TARGETS=linux/amd64,…)
	@$(GO) run ./release/cmd/release $(if $(TARGETS),--targets='$(TARGETS)')

.PHONY: test-adopted
test-adopted: up ## Adopt the platform that is up by the archive, as a user without root, and judge it read-only
	@$(MAKE) --no-print-directory dist TARGETS=$$($(GO) env GOOS)/$$($(GO) env GOARCH)
	ASSAY_DIST=$$(ls -t $(CURDIR)/artifacts/dist/*_$$($(GO) env GOOS)_$$($(GO) env GOARCH).tar.gz | head -1) \
		$(GO) test -count=1 -tags=adopted -timeout=15m ./selftest/adopted -v

.PHONY: cross
cross: ## Vet all and compile the command for macOS, and it and the images' programs for linux/arm64
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	GOOS=darwin GOARCH=arm64 $(GO) build -o bin/darwin-arm64/ ./cmd/...
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GO) build -ldflags='-s -w' -o bin/linux-arm64/ ./cmd/... $(CROSS_IMAGES)
	$(GO) test -count=1 -tags=cross ./hermetic/cross

.PHONY: smoke-arm64
smoke-arm64: cross ## Start the programs for linux/arm64 under qemu-user (QEMU=qemu-aarch64-static)
	$(GO) test -count=1 -tags=qemu ./hermetic/cross -v

.PHONY: rehearse-public
rehearse-public: ## Rehearse public images as an ordinary user (SLOW=20mbit, FAIL=quay.io=429, FULL=1)
	$(GO) run ./harness/platform/rehearsal/cmd/rehearse $(if $(SLOW),-slow=$(SLOW)) $(if $(FAIL),-fail=$(FAIL)) $(if $(FULL),-full)

.PHONY: rehearse-mirror
rehearse-mirror: ## Rehearse a mirror, with nodes and pods without internet access
	$(GO) run ./harness/platform/rehearsal/cmd/rehearse -images=mirror -air-gap

.PHONY: bench
bench: build ## Measure (NAME=up, platform, suites, traffic, chaos or mutate; the judge alone: go test -run=- -bench=Judge ./harness/judge)
	@$(ASSAY) bench $(NAME)

.PHONY: lint
lint: bin/golangci-lint ## Check style and the direction of imports
	bin/golangci-lint run ./...

bin/golangci-lint: tools/go.mod
	@echo "compiling golangci-lint once (about 4 minutes)"
	@cd tools && $(GO) build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: vulncheck
vulncheck: ## Search known vulnerabilities in every module that is built (ASSAY_VULNDB=file:///… another database)
	@cd tools && $(GO) build -o ../bin/govulncheck golang.org/x/vuln/cmd/govulncheck
	@$(GO) run ./hermetic/vulncheck/cmd/vulncheck -govulncheck $(CURDIR)/bin/govulncheck -db '$(ASSAY_VULNDB)'

include infra/oci.mk
include tools/fuzz.mk
