// Package tfbinary finds the program that applies the Terraform configuration.
//
// Terraform is taken from the machine. Where the machine has neither Terraform nor
// OpenTofu, OpenTofu is built once from the Go module proxy. It reads the same
// configurations, takes the same commands and is free software (MPL 2.0), which
// Terraform has not been since 1.6.
package tfbinary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"assay.dev/assay/infra/gobuild"
)

// ModeEnv forces where the program comes from: "machine" or "build". Unset, it is
// built only where the machine has none.
const ModeEnv = "ASSAY_TERRAFORM"

const (
	machine = "machine"
	build   = "build"
)

// Kind tells the two programs apart: each asks a registry of its own for providers.
type Kind string

const (
	// Terraform is HashiCorp's.
	Terraform Kind = "terraform"
	// OpenTofu is the Linux Foundation's fork.
	OpenTofu Kind = "tofu"
)

// Binary is the program to run.
type Binary struct {
	// Path of the program.
	Path string
	// Kind of program that it is.
	Kind Kind
}

// Options say where things lie; the zero value is right for use in this repository.
type Options struct {
	// Module is the Go module that pins OpenTofu. Empty: infra/tofu of the repository
	// that holds the working directory.
	Module string
	// CacheDir keeps builds. Empty: assay/terraform in the user's cache directory.
	CacheDir string
	// Log is told when something is compiled. Nil: nobody is.
	Log io.Writer
	// Compile builds the program into the file out. Nil: go build.
	Compile func(ctx context.Context, program gobuild.Program, out string) error
}

// Find returns the program, building it if need be. Only the first call on a
// machine without one is slow (some minutes); later ones verify a checksum.
func Find(ctx context.Context, opts Options) (Binary, error) {
	mode := os.Getenv(ModeEnv)
	switch mode {
	case machine, build, "":
	default:
		return Binary{}, fmt.Errorf("%s=%q: set it to %q or %q, or leave it unset", ModeEnv, mode, machine, build)
	}
	if mode != build {
		if found, ok := onPath(); ok {
			return found, nil
		}
	}
	if mode == machine {
		return Binary{}, fmt.Errorf("neither terraform nor tofu is on PATH: install Terraform 1.9 or newer "+
			"(https://developer.hashicorp.com/terraform/install), or leave %s unset to have OpenTofu built", ModeEnv)
	}
	built, err := opts.build(ctx)
	if err != nil {
		return Binary{}, errors.Join(
			errors.New("there is no Terraform: install 1.9 or newer (https://developer.hashicorp.com/terraform/install)"), err)
	}
	return Binary{Path: built, Kind: OpenTofu}, nil
}

// onPath looks for the program on the machine.
func onPath() (Binary, bool) {
	for _, kind := range []Kind{Terraform, OpenTofu} {
		if path, err := exec.LookPath(string(kind)); err == nil {
			return Binary{Path: path, Kind: kind}, true
		}
	}
	return Binary{}, false
}

// build returns the path of the OpenTofu in the cache.
func (o Options) build(ctx context.Context) (string, error) {
	var err error
	if o.CacheDir == "" {
		if o.CacheDir, err = gobuild.Dir("terraform"); err != nil {
			return "", err
		}
	}
	if o.Module == "" {
		if o.Module, err = gobuild.FindModule("infra", "tofu"); err != nil {
			return "", err
		}
	}
	cache := gobuild.Cache{Dir: o.CacheDir, Log: o.Log, Compile: o.Compile}
	cached, err := cache.Ensure(ctx, gobuild.Program{
		Name: "tofu", Module: o.Module, Files: []string{"go.mod", "go.sum"}, Path: "tofu", Takes: "about four minutes",
		// Without it OpenTofu calls itself a development build, which fails
		// required_version.
		Args: []string{"-ldflags=-s -w -X github.com/opentofu/opentofu/version.dev=no", "github.com/opentofu/opentofu/cmd/tofu"},
	})
	return cached.File, err
}
