package tfprovider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// ModeEnv forces where the provider comes from: "registry" or "build". Unset,
// the registry is used when it answers.
const ModeEnv = "ASSAY_TF_PROVIDER"

// Source of the provider.
type Source string

const (
	// Registry means that terraform installs the pinned release by itself.
	Registry Source = "registry"
	// Build means that the provider was built from the module proxy.
	Build Source = "build"
)

// Options say where things lie; the zero value is right for use in this repository.
type Options struct {
	// SourceDir is the module that wraps the provider. Empty: infra/provider of
	// the repository that holds the working directory.
	SourceDir string
	// CacheDir keeps builds. Empty: assay/terraform in the user's cache directory.
	CacheDir string
	// Reachable reports whether the public registry answers. Nil: ask it.
	Reachable func(context.Context) bool
	// Compile builds SourceDir into the file out. Nil: go build.
	Compile func(ctx context.Context, sourceDir, out string) error
}

// Installation tells how to run terraform so that it finds the provider.
type Installation struct {
	// Source is where the provider comes from.
	Source Source
	// Env holds what terraform's environment needs on top of its own.
	Env map[string]string
	// Locked tells whether the committed lock file applies. The built provider is
	// another release with other checksums, so a working copy must leave the lock
	// file out.
	Locked bool
	// Binary is the built provider's path; empty for Registry.
	Binary string
}

// Ensure decides on the source and, for Build, makes sure that the provider is
// built. Only the first call on a machine is slow (about two minutes); later
// ones verify a checksum. Concurrent calls wait for one another.
func Ensure(ctx context.Context, opts Options) (Installation, error) {
	if err := opts.complete(); err != nil {
		return Installation{}, err
	}

	source, err := choose(ctx, os.Getenv(ModeEnv), opts.Reachable)
	if err != nil {
		return Installation{}, err
	}
	if source == Registry {
		return registryInstallation(opts.CacheDir)
	}

	binary, err := build(ctx, opts)
	if err != nil {
		return Installation{}, fmt.Errorf("build the OCI provider: %w", err)
	}
	config, err := writeCLIConfig(filepath.Dir(binary), binary)
	if err != nil {
		return Installation{}, fmt.Errorf("offer the built OCI provider to terraform: %w", err)
	}
	return Installation{
		Source: Build,
		Env:    map[string]string{"TF_CLI_CONFIG_FILE": config},
		Binary: binary,
	}, nil
}

func choose(ctx context.Context, mode string, reachable func(context.Context) bool) (Source, error) {
	switch mode {
	case string(Registry), string(Build):
		return Source(mode), nil
	case "":
		if reachable(ctx) {
			return Registry, nil
		}
		return Build, nil
	default:
		return "", fmt.Errorf("%s=%q: set it to %q or %q, or leave it unset", ModeEnv, mode, Registry, Build)
	}
}

func registryInstallation(cacheDir string) (Installation, error) {
	plugins := filepath.Join(cacheDir, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return Installation{}, fmt.Errorf("make the plugin cache: %w", err)
	}
	return Installation{
		Source: Registry,
		Env:    map[string]string{"TF_PLUGIN_CACHE_DIR": plugins},
		Locked: true,
	}, nil
}

func (o *Options) complete() error {
	if o.CacheDir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("find the user's cache directory: %w (set HOME or XDG_CACHE_HOME)", err)
		}
		o.CacheDir = filepath.Join(user, "assay", "terraform")
	}
	if o.SourceDir == "" {
		dir, err := findSource()
		if err != nil {
			return err
		}
		o.SourceDir = dir
	}
	if o.Reachable == nil {
		o.Reachable = registryAnswers
	}
	if o.Compile == nil {
		o.Compile = goBuild
	}
	return nil
}

// findSource looks for infra/provider in the working directory and its parents.
func findSource() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "infra", "provider")
		if _, err := os.Stat(filepath.Join(candidate, "go.mod")); err == nil {
			return candidate, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("infra/provider is in no parent of %s: run inside the repository", start)
		}
	}
}
