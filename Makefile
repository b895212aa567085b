# Every command that people and CI use. `make help` lists them.
SHELL := /bin/bash
GO ?= go
ASSAY := bin/assay

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Compile the assay command into bin/
	@$(GO) build -buildvcs=false -o $(ASSAY) ./cmd/assay

.PHONY: up
up: build ## Bring the platform up on kind, or adopt the one that is up
	@$(ASSAY) up

.PHONY: down
down: build ## Take the platform down; the build cache stays
	@$(ASSAY) down

.PHONY: doctor
doctor: build ## Say what this machine has and lacks
	@$(ASSAY) doctor
