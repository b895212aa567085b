.PHONY: fuzz
FUZZTIME ?= 60s
fuzz: ## Run every fuzz target for FUZZTIME each (60s); ONLY=FuzzRecords one of them
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' ONLY='$(ONLY)' tools/fuzz
