// Package cloud is an emulated OCI with one applied run in it and the load balancer
// that such a run gets, whose resources mutants change behind the API's back. It ends
// with the process: nothing outside of it has to be undone.
package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/oracle/oci-go-sdk/v65/common"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/infra/ocisim"
	"assay.dev/assay/infra/stack"
	"assay.dev/assay/infra/tfprovider"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

const (
	region = "eu-frankfurt-1"
	// runName tags the resources.
	runName = "mutants"
	// lifetime is when the run's tags say that it may be swept; no mutant lasts so long.
	lifetime = 6 * time.Hour
	// poll is how often deletions outside Terraform are looked at, as in the tests
	// of an emulator that deletes at once.
	poll = 10 * time.Millisecond
)

// Cloud is the emulator with the run.
type Cloud struct {
	sim *ocisim.Server
	// ingress answers for the ingress controller behind the load balancer.
	ingress *httptest.Server
	spec    *spec.Spec
	dir     string // holds key, state and password; nobody else may read it
	env     map[string]string
	undo    []func() error
	// original is what there was before anything was changed.
	original []ocisim.Resource
}

// Open starts the emulator on loopback and applies the configuration in the folder
// module to it. What Terraform prints goes to log; notice is told when Terraform or the
// provider is compiled, or waited for.
func Open(ctx context.Context, s *spec.Spec, module string, log, notice io.Writer) (_ *Cloud, err error) {
	dir, err := os.MkdirTemp("", "assay-mutants-cloud-")
	if err != nil {
		return nil, fmt.Errorf("emulate a cloud: %w", err)
	}
	credentials, err := ocisim.NewCredentials(region)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	c := &Cloud{sim: ocisim.New(ocisim.Options{Region: region, Keys: credentials.Keys()}), ingress: newIngress(), dir: dir, spec: s}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("emulate a cloud: %w", err), c.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err := c.sim.Start(ctx); err != nil {
		return nil, err
	}
	key, err := credentials.WriteKey(dir)
	if err != nil {
		return nil, err
	}
	c.env = c.sim.Env(credentials, key)
	api, err := ociapi.New(common.NewRawConfigurationProvider(
		credentials.Tenancy, credentials.User, region, credentials.Fingerprint, credentials.PrivateKey, nil), c.sim.URL())
	if err != nil {
		return nil, err
	}
	provider, err := tfprovider.Ensure(ctx, tfprovider.Options{Log: notice})
	if err != nil {
		return nil, err
	}
	made, err := stack.Open(stack.Config{
		Module: module, Dir: c.stack(), Run: runName, TTL: lifetime, Compartment: credentials.Compartment, Platform: c.spec.Platform,
		Provider: provider, Env: c.env, API: api, Log: log, Grace: c.spec.Timeouts.OCIWorkRequest.Duration, Poll: poll,
		AllowCost: true, // of what is emulated nothing costs
	})
	if err != nil {
		return nil, err
	}
	applying, cancel := context.WithTimeout(ctx, c.spec.Timeouts.Terraform.Duration)
	defer cancel()
	if err := made.Up(applying); err != nil {
		return nil, err
	}
	if err := c.balance(credentials.Compartment); err != nil {
		return nil, err
	}
	c.original = c.sim.Resources()
	return c, nil
}

func (c *Cloud) stack() string { return filepath.Join(c.dir, "stack") }

// Dir is where Terraform keeps the state of the run.
func (c *Cloud) Dir() string { return c.stack() }

// Run is the run's name.
func (c *Cloud) Run() string { return runName }

// Env is the environment of who asks the emulator, as NAME=value.
func (c *Cloud) Env() []string {
	var list []string
	for name, value := range c.env {
		list = append(list, name+"="+value)
	}
	return list
}

// Change applies a JSON patch to a resource. A value ${KIND/NAME} stands for the
// ID of a resource, ${api} for host and port of the emulated API. Undo brings back
// what was there.
func (c *Cloud) Change(change mutants.Cloud) error {
	raw, err := json.Marshal(change.JSON)
	if err != nil {
		return err
	}
	patch, err := jsonpatch.DecodePatch(c.resolved(raw))
	if err != nil {
		return fmt.Errorf("%s %s: %w", change.Kind, change.Name, err)
	}
	name, original := change.Name, map[string]any(nil)
	var failed error
	err = c.sim.Edit(change.Kind, name, func(fields map[string]any) {
		before, err := json.Marshal(fields)
		if err != nil {
			failed = err
			return
		}
		after, err := patch.Apply(before)
		if err != nil {
			failed = err
			return
		}
		var changed map[string]any
		if failed = errors.Join(json.Unmarshal(before, &original), json.Unmarshal(after, &changed)); failed != nil {
			return
		}
		replace(fields, changed)
		name = nameOf(changed)
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("%s %s: %w", change.Kind, change.Name, err)
	}
	c.undo = append(c.undo, func() error { return c.restore(change.Kind, name, original) })
	return nil
}

// resolved replaces what stands for IDs and for the API's address.
func (c *Cloud) resolved(raw []byte) []byte {
	text := strings.ReplaceAll(string(raw), "${api}", strings.TrimPrefix(c.sim.URL(), "http://"))
	for _, r := range c.sim.Resources() {
		text = strings.ReplaceAll(text, "${"+r.Kind+"/"+r.Name+"}", r.ID)
	}
	return []byte(text)
}

// restore sets all fields of a resource and compares what is there then.
func (c *Cloud) restore(kind, name string, original map[string]any) error {
	if err := c.sim.Edit(kind, name, func(fields map[string]any) { replace(fields, original) }); err != nil {
		return err
	}
	var seen map[string]any
	if err := c.sim.Edit(kind, nameOf(original), func(fields map[string]any) { seen = fields }); err != nil {
		return err
	}
	if !reflect.DeepEqual(plain(seen), plain(original)) {
		return fmt.Errorf("%s %s is not as it was", kind, name)
	}
	return nil
}

// Undo brings back what was there before, the last change first.
func (c *Cloud) Undo() error {
	for len(c.undo) > 0 {
		last := len(c.undo) - 1
		if err := c.undo[last](); err != nil {
			return err
		}
		c.undo = c.undo[:last]
	}
	return nil
}

// VerifyRestored returns an error unless there is what there was before the first change.
func (c *Cloud) VerifyRestored() error {
	if now := c.sim.Resources(); !reflect.DeepEqual(now, c.original) {
		return fmt.Errorf("the emulated cloud has %v, and had %v", now, c.original)
	}
	return nil
}

// Close ends the emulator and removes what Terraform kept.
func (c *Cloud) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.spec.Timeouts.OCIWorkRequest.Duration)
	defer cancel()
	c.ingress.Close()
	return errors.Join(c.sim.Close(ctx), os.RemoveAll(c.dir))
}

// nameOf is what the emulator knows a resource by.
func nameOf(fields map[string]any) string {
	for _, field := range []string{"displayName", "name"} {
		if name, ok := fields[field].(string); ok {
			return name
		}
	}
	return ""
}

// replace makes fields hold what other holds.
func replace(fields, other map[string]any) {
	clear(fields)
	for name, value := range other {
		fields[name] = value
	}
}

// plain is a value as JSON has it.
func plain(fields map[string]any) any {
	raw, err := json.Marshal(fields)
	if err != nil {
		panic("cloud: what was JSON is none: " + err.Error())
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		panic("cloud: what was JSON is none: " + err.Error())
	}
	return value
}
