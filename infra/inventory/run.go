// Package inventory stores what a run makes in OCI, with OCIDs, in the run's folder
// and in a bucket of its compartment, so that a sweep on a fresh machine can tell a
// run's objects from others' that carry the same names and tags. The lines are those
// of harness/process/inventory; the first one names the run.
package inventory

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/user"
	"regexp"
	"strings"
	"time"

	"assay.dev/assay/harness/process/inventory"
	"assay.dev/assay/infra/ociapi"
)

// Entry is a line of an inventory.
type Entry = inventory.Entry

// runKind is the kind of the first line.
const runKind = "assay/run"

// Attributes of the first line.
const (
	compartmentKey = "compartment"
	regionKey      = "region"
	expiresKey     = "expires"
	ownerKey       = "owner"
)

// Run identifies whose an inventory is. It is decided once, before anything is made.
type Run struct {
	// ID is random and never used again: it distinguishes two runs of one name.
	ID string
	// Name of the run, as in its tags.
	Name string
	// Compartment (OCID) and Region (identifier) that hold everything of the run.
	Compartment, Region string
	// Expires is when the sweep may delete the run's objects.
	Expires time.Time
	// Owner is USER@HOST, for people.
	Owner string
}

// nameRule is that of the variable run_id in infra/terraform.
var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// NewRun returns a run with a fresh ID that belongs to the user of this process.
func NewRun(name, compartment, region string, expires time.Time) Run {
	return Run{
		ID: rand.Text(), Name: name, Compartment: compartment, Region: region,
		Expires: expires.UTC().Truncate(time.Second), Owner: login() + "@" + host(),
	}
}

// NewName returns a name for a run that no other run has: the user, the date (UTC)
// and eight random characters. Two users called root on one day get two names.
func NewName(now time.Time) string {
	who := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(login()))
	if who == "" {
		who = "run"
	}
	return fmt.Sprintf("%.20s-%s-%s", who, now.UTC().Format("20060102"), strings.ToLower(rand.Text()[:8]))
}

func login() string {
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return fmt.Sprint(os.Getuid())
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// cloudPrefix starts the kinds of objects in the cloud.
const cloudPrefix = "oci/"

// Kind is how entries name a kind of OCI's objects.
func Kind(kind ociapi.Kind) string { return cloudPrefix + kind.Name }

func (r Run) entry() Entry {
	return Entry{Step: inventory.Made, Kind: runKind, ID: r.ID, Name: r.Name, Attributes: map[string]string{
		compartmentKey: r.Compartment, regionKey: r.Region, expiresKey: r.Expires.Format(time.RFC3339), ownerKey: r.Owner,
	}}
}

// errNoRun is about lines that do not start with a run.
var errNoRun = errors.New("it does not start with the run that it belongs to")

// runOf reads the first line.
func runOf(entries []Entry) (Run, error) {
	if len(entries) == 0 || entries[0].Kind != runKind {
		return Run{}, errNoRun
	}
	first := entries[0]
	run := Run{
		ID: first.ID, Name: first.Name, Owner: first.Attributes[ownerKey],
		Compartment: first.Attributes[compartmentKey], Region: first.Attributes[regionKey],
	}
	var err error
	if run.Expires, err = time.Parse(time.RFC3339, first.Attributes[expiresKey]); err != nil {
		return Run{}, fmt.Errorf("when it expires: %w", err)
	}
	if !nameRule.MatchString(run.Name) || run.Compartment == "" || run.Region == "" {
		return Run{}, fmt.Errorf("it belongs to run %q in compartment %q, region %q", run.Name, run.Compartment, run.Region)
	}
	return run, nil
}
