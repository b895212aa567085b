package tfprovider

import (
	"context"
	"fmt"

	"assay.dev/assay/infra/gobuild"
)

// runnerFiles are what the program is made of that runs Terraform by Terratest, relative
// to the checkout.
var runnerFiles = []string{"go.mod", "go.sum", "infra/terratest/run.go", "infra/terratest/cmd/assay-terratest/main.go"}

// ensureRunner compiles that program, if it is not in the cache. It is none of the
// commands: Terratest starts a terraform of PATH in each program that links it.
func ensureRunner(ctx context.Context, cache gobuild.Cache, checkout string) (string, error) {
	built, err := cache.Ensure(ctx, gobuild.Program{
		Name: "terratest", Module: checkout, Files: runnerFiles, Args: []string{"./infra/terratest/cmd/assay-terratest"},
		Path: "assay-terratest", Takes: "about half a minute",
	})
	if err != nil {
		return "", fmt.Errorf("make the program that runs Terraform: %w", err)
	}
	return built.File, nil
}
