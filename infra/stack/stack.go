// Package stack is the life of one run's OCI resources: up applies the
// configuration after its cost was looked at, down deletes everything of the
// run and asks the API whether anything is left. Both may be interrupted at any
// moment and called again.
package stack

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"assay.dev/assay/infra/cost"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/sweep"
	"assay.dev/assay/infra/tfprovider"
	"assay.dev/assay/infra/tfrun"
)

// Config says what to make and where to keep its state.
type Config struct {
	// Module is the Terraform configuration, infra/terraform.
	Module string
	// Binary is the terraform to run. Empty: the one that Provider names.
	Binary string
	// Dir keeps the working copy with the state between calls.
	Dir string
	// Run names the run in tags. It is kept in Dir: later calls may leave it empty.
	Run string
	// TTL is how long after the first call the sweep may delete the resources.
	TTL time.Duration
	// Compartment that holds the resources.
	Compartment string
	// Variables are more input variables, none of them secret.
	Variables map[string]any
	// Provider tells what to run, and where its provider comes from.
	Provider tfprovider.Installation
	// Env goes to terraform; see tfrun.Config.
	Env map[string]string
	// API asks what exists and deletes what Terraform does not know of.
	API *ociapi.Client
	// Workload is what the cluster will make besides, for the cost.
	Workload cost.Workload
	// AllowCost lets up go past the Always Free allowances.
	AllowCost bool
	// Grace bounds terraform's stop after an interrupt; see tfrun.Config.
	Grace time.Duration
	// Poll is how often deletions outside Terraform are looked at; see sweep.Options.
	Poll time.Duration
	// Log receives what happens, secrets replaced.
	Log io.Writer
}

// identity is what must stay the same over every call for one run.
type identity struct {
	Run     string    `json:"run_id"`
	Expires time.Time `json:"expires_at"`
}

// Stack is one run's resources.
type Stack struct {
	config   Config
	identity identity
	work     *tfrun.Workspace
}

const (
	identityFile = "identity.json"
	// variablesFile and secretFile are read by terraform by themselves.
	variablesFile = "run"
	secretFile    = "secret"
)

// Open prepares the stack that Dir keeps, or a new one. It changes nothing in the cloud.
func Open(config Config) (*Stack, error) {
	if config.Log == nil {
		config.Log = io.Discard
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the stack's folder: %w", err)
	}
	s := &Stack{config: config}
	if err := s.identify(); err != nil {
		return nil, err
	}
	password, err := s.password()
	if err != nil {
		return nil, err
	}
	s.work, err = tfrun.Prepare(tfrun.Config{
		Module: config.Module, Binary: config.Binary, Dir: config.Dir, Provider: config.Provider, Env: config.Env,
		Log: config.Log, Secrets: []string{password}, Grace: config.Grace,
	})
	if err != nil {
		return nil, err
	}
	variables := map[string]any{
		"run_id": s.identity.Run, "expires_at": s.identity.Expires.Format(time.RFC3339), "compartment_id": config.Compartment,
	}
	for name, value := range config.Variables {
		variables[name] = value
	}
	if err := s.work.SetVariables(variablesFile, variables); err != nil {
		return nil, err
	}
	return s, s.work.SetVariables(secretFile, map[string]any{"adb_admin_password": password})
}

// Run is the run's name.
func (s *Stack) Run() string { return s.identity.Run }

// Expires is when the sweep may delete the run's resources.
func (s *Stack) Expires() time.Time { return s.identity.Expires }

// Workspace is the working copy in which terraform runs.
func (s *Stack) Workspace() *tfrun.Workspace { return s.work }

// Path is the path of a file in the stack's folder, which Down removes.
func (s *Stack) Path(name string) string { return filepath.Join(s.config.Dir, name) }

// Kept tells whether a folder keeps a stack.
func Kept(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, identityFile))
	return err == nil
}

// identify reads who the stack in Dir is, or decides it once. Another name or
// expiry on a later call would change every tag and hide the run from its own
// sweep.
func (s *Stack) identify() error {
	file := s.Path(identityFile)
	content, err := os.ReadFile(file)
	switch {
	case err == nil:
		if err := json.Unmarshal(content, &s.identity); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		if s.config.Run != "" && s.config.Run != s.identity.Run {
			return fmt.Errorf("%s keeps run %q, not %q: take that one down first, or name another folder", s.config.Dir, s.identity.Run, s.config.Run)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read %s: %w", file, err)
	case s.config.Run == "":
		return fmt.Errorf("%s keeps no run: name one with --run", s.config.Dir)
	}
	s.identity = identity{Run: s.config.Run, Expires: time.Now().Add(s.config.TTL).UTC().Truncate(time.Second)}
	if content, err = json.Marshal(s.identity); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.WriteFile(file, content, 0o600)
}

// password returns the database's, which is made up on the first call.
func (s *Stack) password() (string, error) {
	file := s.Path(secretFile + ".auto.tfvars.json")
	kept := map[string]string{}
	content, err := os.ReadFile(file)
	if err == nil {
		if err := json.Unmarshal(content, &kept); err != nil {
			return "", fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		return kept["adb_admin_password"], nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read %s: %w", filepath.Base(file), err)
	}
	return newPassword()
}

// newPassword makes 24 characters with one of each class that the service wants.
func newPassword() (string, error) {
	const lower, upper, digits = "abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
	classes := []string{upper, lower, digits}
	password := make([]byte, 0, 24)
	for i := range cap(password) {
		class := lower + upper + digits
		if i < len(classes) {
			class = classes[i]
		}
		index, err := rand.Int(rand.Reader, big.NewInt(int64(len(class))))
		if err != nil {
			return "", fmt.Errorf("make up a password: %w", err)
		}
		password = append(password, class[index.Int64()])
	}
	return string(password), nil
}

// init installs the provider unless an earlier call did.
func (s *Stack) init(ctx context.Context) error {
	if s.work.Initialised() {
		return nil
	}
	return s.work.Init(ctx)
}

func (s *Stack) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.config.Log, format+"\n", args...)
}

// Leftovers asks the API for everything that belongs to the run.
func (s *Stack) Leftovers(ctx context.Context) (sweep.Report, error) {
	return sweep.Find(ctx, s.config.API, s.sweepOptions())
}

func (s *Stack) sweepOptions() sweep.Options {
	return sweep.Options{Compartment: s.config.Compartment, Run: s.identity.Run, Poll: s.config.Poll}
}
