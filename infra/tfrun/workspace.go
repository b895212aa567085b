// Package tfrun runs terraform on a private copy of a module: files that only
// the user can read, secrets by file instead of argument, output through a
// redacting writer, and an interrupt that lets terraform finish what it is doing
// and save its state.
package tfrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"assay.dev/assay/infra/secrets"
	"assay.dev/assay/infra/tfprovider"
)

// variablesFile holds the variables that the module itself comes with.
const variablesFile = "terraform.tfvars.json"

// lockFile pins provider releases; see tfprovider.Installation.Locked.
const lockFile = ".terraform.lock.hcl"

// Config says what to run and where.
type Config struct {
	// Module is the folder with the configuration. It is only read.
	Module string
	// Dir becomes the working copy; state and plans lie there. Made with mode 0700.
	Dir string
	// Binary is the terraform to run. Empty: the one that Provider names.
	Binary string
	// Provider tells what to run, and where its provider comes from.
	Provider tfprovider.Installation
	// Env is added to terraform's environment, which is not the caller's. No secrets:
	// children inherit it.
	Env map[string]string
	// Log receives terraform's output, secrets replaced. Nil: discarded.
	Log io.Writer
	// Secrets are replaced in the log in every form in which they may show up.
	Secrets []string
	// Grace bounds the wait for terraform to stop after an interrupt. Zero: 10 minutes,
	// which the creation of a cluster or database that was under way may need.
	Grace time.Duration
}

// Workspace is a working copy that terraform runs in.
type Workspace struct {
	Config
	log *secrets.Redactor
}

// Prepare makes or refreshes the working copy. State of an earlier call stays.
func Prepare(config Config) (*Workspace, error) {
	if config.Log == nil {
		config.Log = io.Discard
	}
	if config.Grace == 0 {
		config.Grace = 10 * time.Minute
	}
	if config.Binary == "" {
		config.Binary = config.Provider.Terraform.Path
	}
	if config.Binary == "" {
		return nil, errors.New("no terraform to run: neither Binary nor Provider names one")
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the working copy: %w", err)
	}
	// An existing folder keeps its mode.
	if err := os.Chmod(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("close the working copy to others: %w", err)
	}
	w := &Workspace{Config: config, log: secrets.NewRedactor(config.Log, config.Secrets...)}
	if err := w.copyModule(); err != nil {
		return nil, fmt.Errorf("copy %s: %w", config.Module, err)
	}
	return w, nil
}

func (w *Workspace) copyModule() error {
	entries, err := os.ReadDir(w.Module)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		of := strings.HasSuffix(entry.Name(), ".tf") || entry.Name() == lockFile || entry.Name() == variablesFile
		if entry.IsDir() || !of {
			continue
		}
		target := filepath.Join(w.Dir, entry.Name())
		if entry.Name() == lockFile && !w.Provider.Locked {
			continue
		}
		content, err := os.ReadFile(filepath.Join(w.Module, entry.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// SetVariables writes input variables to a file that terraform reads by itself,
// mode 0600. That is how secrets get in: a process's arguments are public, its
// environment goes to every provider and into crash reports.
func (w *Workspace) SetVariables(name string, variables map[string]any) error {
	content, err := json.MarshalIndent(variables, "", "  ")
	if err != nil {
		return fmt.Errorf("encode variables: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.Dir, name+".auto.tfvars.json"), content, 0o600); err != nil {
		return fmt.Errorf("write variables: %w", err)
	}
	return nil
}

// HasState reports whether an earlier apply left a state.
func (w *Workspace) HasState() bool {
	_, err := os.Stat(filepath.Join(w.Dir, "terraform.tfstate"))
	return err == nil
}

// Initialised reports whether Init has succeeded here: terraform writes the lock
// file last. A provider from elsewhere since then shows up as an error that says
// to initialise again.
func (w *Workspace) Initialised() bool {
	_, err := os.Stat(filepath.Join(w.Dir, lockFile))
	if w.Provider.Locked || err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(w.Dir, ".terraform", "providers"))
	return err == nil
}

// OpenFiles lists files of the working copy that others than the user may read,
// without provider binaries and their checksums, which hold nothing of a run.
func (w *Workspace) OpenFiles() ([]string, error) {
	var open []string
	err := filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "providers" {
			return filepath.SkipDir
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode().IsRegular() && entry.Name() != lockFile && info.Mode().Perm()&0o077 != 0 {
			open = append(open, path)
		}
		return nil
	})
	return open, err
}
