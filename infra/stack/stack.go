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
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"assay.dev/assay/infra/cost"
	"assay.dev/assay/infra/inventory"
	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/tfprovider"
	"assay.dev/assay/infra/tfrun"
	"assay.dev/assay/infra/tfvars"
	"assay.dev/assay/spec"
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
	// inventory.NewName makes one that nobody else has.
	Run string
	// TTL is how long after the first call the sweep may delete the resources.
	TTL time.Duration
	// Compartment that holds the resources, by OCID. It is saved in Dir, with the
	// region of API: later calls may leave it empty, and another one is refused.
	Compartment string
	// Platform is what the specification says of OCI. Nil: what Module has in
	// terraform.tfvars.json.
	Platform *spec.Platform
	// Variables are more input variables, none of them secret.
	Variables map[string]any
	// Provider tells what to run, and where its provider comes from.
	Provider tfprovider.Installation
	// Env goes to terraform; see tfrun.Config.
	Env map[string]string
	// API asks what exists and deletes what Terraform does not know of.
	API *ociapi.Client
	// Store holds the run's inventory outside of this machine. Nil only with an
	// emulator, which ends with what was made in it.
	Store *inventory.Store
	// Workload is what the cluster will make besides, for the cost.
	Workload cost.Workload
	// AllowCost lets up allow costs beyond the Always Free allowances.
	AllowCost bool
	// Grace bounds terraform's stop after an interrupt; see tfrun.Config.
	Grace time.Duration
	// Poll is how often deletions outside Terraform are looked at; see sweep.Options.
	Poll time.Duration
	// Log receives what happens, secrets replaced.
	Log io.Writer
}

// Stack is one run's resources.
type Stack struct {
	config Config
	run    inventory.Run
	work   *tfrun.Workspace
	// recording turns what terraform prints into lines of the inventory.
	recording *recorder
}

const (
	identityFile  = "identity.json"
	inventoryFile = "inventory.jsonl"
	// Files that terraform reads by itself, in the order of their names: what the run
	// says holds against the specification.
	platformFile  = "platform"
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
	s.recording = newRecorder()
	s.work, err = tfrun.Prepare(tfrun.Config{
		Module: config.Module, Binary: config.Binary, Dir: config.Dir, Provider: config.Provider, Env: s.environment(),
		Log: io.MultiWriter(config.Log, s.recording), Secrets: []string{password}, Grace: config.Grace,
	})
	if err != nil {
		return nil, err
	}
	if err := s.specify(); err != nil {
		return nil, err
	}
	variables := map[string]any{}
	maps.Copy(variables, config.Variables)
	// What the run is pinned to wins over every other input.
	maps.Copy(variables, map[string]any{
		"run_id": s.run.Name, "expires_at": s.run.Expires.Format(time.RFC3339),
		"compartment_id": s.run.Compartment, "region": s.run.Region,
	})
	if err := s.work.SetVariables(variablesFile, variables); err != nil {
		return nil, err
	}
	return s, s.work.SetVariables(secretFile, map[string]any{"adb_admin_password": password})
}

// specify tells terraform what the specification says.
func (s *Stack) specify() error {
	if s.config.Platform == nil {
		return nil
	}
	made, err := tfvars.Of(s.config.Platform)
	if err != nil {
		return fmt.Errorf("read what the specification states for OCI: %w", err)
	}
	variables, err := made.Map()
	if err != nil {
		return err
	}
	return s.work.SetVariables(platformFile, variables)
}

// Run is the run's name.
func (s *Stack) Run() string { return s.run.Name }

// ID is the run's random ID, which no other run has.
func (s *Stack) ID() string { return s.run.ID }

// Expires is when the sweep may delete the run's resources.
func (s *Stack) Expires() time.Time { return s.run.Expires }

// Workspace is the working copy in which terraform runs.
func (s *Stack) Workspace() *tfrun.Workspace { return s.work }

// Path is the path of a file in the stack's folder, which Down removes.
func (s *Stack) Path(name string) string { return filepath.Join(s.config.Dir, name) }

// password returns the database's, which is made up on the first call.
func (s *Stack) password() (string, error) {
	file := s.Path(secretFile + ".auto.tfvars.json")
	pins := map[string]string{}
	content, err := os.ReadFile(file)
	if err == nil {
		if err := json.Unmarshal(content, &pins); err != nil {
			return "", fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		return pins["adb_admin_password"], nil
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

// environment leads terraform to the same cloud as the API client.
func (s *Stack) environment() map[string]string {
	environment := map[string]string{}
	if s.config.API != nil {
		maps.Copy(environment, s.config.API.Environment())
	}
	maps.Copy(environment, s.config.Env)
	return environment
}
