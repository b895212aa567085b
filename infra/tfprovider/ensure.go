package tfprovider

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"assay.dev/assay/infra/gobuild"
	"assay.dev/assay/infra/tfbinary"
)

// ModeEnv forces where the provider comes from: "registry" or "build". Unset,
// Terraform takes it from the registry where that answers.
const ModeEnv = "ASSAY_TF_PROVIDER"

// Source of the provider.
type Source string

const (
	// Registry means that terraform installs the provider by itself.
	Registry Source = "registry"
	// Build means that the provider was built from the module proxy.
	Build Source = "build"
)

// Options say where things lie; the zero value is right for use in this repository.
type Options struct {
	// SourceDir is the module that wraps the provider. Empty: infra/provider of
	// the repository that holds the working directory.
	SourceDir string
	// Checkout is the repository, whose module has the program that runs Terraform. Empty:
	// the one that holds SourceDir.
	Checkout string
	// CacheDir keeps builds. Empty: assay/terraform in the user's cache directory.
	CacheDir string
	// Log is told when something is compiled. Nil: nobody is.
	Log io.Writer
	// Reachable reports whether the public registry answers. Nil: ask it.
	Reachable func(context.Context) bool
	// Terraform finds the program that the provider is for. Nil: tfbinary.Find.
	Terraform func(context.Context) (tfbinary.Binary, error)
	// Compile builds a program into the file out. Nil: go build.
	Compile func(ctx context.Context, program gobuild.Program, out string) error
}

// Installation tells what to run, and how it finds the provider.
type Installation struct {
	// Terraform is the program to run.
	Terraform tfbinary.Binary
	// Source is where the provider comes from.
	Source Source
	// Env holds what terraform's environment needs on top of its own.
	Env map[string]string
	// Locked reports whether the committed lock file applies. The built provider is
	// another release with other checksums, and OpenTofu has another registry, so
	// there a working copy must leave the lock file out.
	Locked bool
	// Binary is the built provider's path; empty for Registry.
	Binary string
	// Runner is the program that runs Terraform by Terratest; see infra/terratest.
	Runner string
}

// Ensure finds the program, decides where its provider comes from and, for Build,
// makes sure that it is built. Only the first call on a machine is slow (about two
// minutes for the provider); later ones verify a checksum. Concurrent calls wait
// for one another.
func Ensure(ctx context.Context, opts Options) (Installation, error) {
	if err := opts.complete(); err != nil {
		return Installation{}, err
	}
	terraform, err := opts.Terraform(ctx)
	if err != nil {
		return Installation{}, err
	}
	cache := gobuild.Cache{Dir: opts.CacheDir, Log: opts.Log, Compile: opts.Compile}
	runner, err := ensureRunner(ctx, cache, opts.Checkout)
	if err != nil {
		return Installation{}, err
	}
	source, err := choose(ctx, os.Getenv(ModeEnv), terraform.Kind, opts.Reachable)
	if err != nil {
		return Installation{}, err
	}
	if source == Registry {
		return registryInstallation(opts.CacheDir, terraform, runner)
	}

	built, err := cache.Ensure(ctx, gobuild.Program{
		Name: "provider", Module: opts.SourceDir, Files: []string{"go.mod", "go.sum", "main.go"},
		Path: inMirror(), Takes: "about two minutes",
	})
	if err != nil {
		return Installation{}, fmt.Errorf("make the OCI provider: %w (or reach the provider registry and set %s=%s)", err, ModeEnv, Registry)
	}
	config, err := writeCLIConfig(built)
	if err != nil {
		return Installation{}, fmt.Errorf("offer the built OCI provider to terraform: %w", err)
	}
	return Installation{
		Terraform: terraform,
		Source:    Build,
		Env:       map[string]string{"TF_CLI_CONFIG_FILE": config},
		Binary:    built.File,
		Runner:    runner,
	}, nil
}

func choose(ctx context.Context, mode string, kind tfbinary.Kind, reachable func(context.Context) bool) (Source, error) {
	switch mode {
	case string(Registry), string(Build):
		return Source(mode), nil
	case "":
		// Nothing pins what OpenTofu would install.
		if kind == tfbinary.Terraform && reachable(ctx) {
			return Registry, nil
		}
		return Build, nil
	default:
		return "", fmt.Errorf("%s=%q: set it to %q or %q, or leave it unset", ModeEnv, mode, Registry, Build)
	}
}

func registryInstallation(cacheDir string, terraform tfbinary.Binary, runner string) (Installation, error) {
	plugins := filepath.Join(cacheDir, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return Installation{}, fmt.Errorf("make the plugin cache: %w", err)
	}
	return Installation{
		Terraform: terraform,
		Source:    Registry,
		Env:       map[string]string{"TF_PLUGIN_CACHE_DIR": plugins},
		Locked:    terraform.Kind == tfbinary.Terraform,
		Runner:    runner,
	}, nil
}

func (o *Options) complete() error {
	var err error
	if o.CacheDir == "" {
		if o.CacheDir, err = gobuild.Dir("terraform"); err != nil {
			return err
		}
	}
	if o.SourceDir == "" {
		if o.SourceDir, err = gobuild.FindModule("infra", "provider"); err != nil {
			return err
		}
	}
	if o.Checkout == "" {
		o.Checkout = filepath.Dir(filepath.Dir(o.SourceDir)) // infra/provider is below it
	}
	if o.Reachable == nil {
		o.Reachable = registryAnswers
	}
	if o.Terraform == nil {
		o.Terraform = func(ctx context.Context) (tfbinary.Binary, error) {
			return tfbinary.Find(ctx, tfbinary.Options{CacheDir: o.CacheDir, Log: o.Log})
		}
	}
	return nil
}
