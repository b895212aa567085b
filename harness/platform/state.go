package platform

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/mod/sumdb/dirhash"

	"assay.dev/assay/harness/runs/run"
)

// Phase is how far the last up came.
type Phase string

const (
	// PhaseCreating is a cluster whose making was interrupted: it is not reused.
	PhaseCreating Phase = "creating"
	// PhaseDeploying is a cluster that is whole, with releases that may not be.
	PhaseDeploying Phase = "deploying"
	// PhaseReady is a platform that was seen whole.
	PhaseReady Phase = "ready"
)

// State is what an up leaves for the next one.
type State struct {
	Phase  Phase  `json:"phase"`
	Images Images `json:"images"`
	Nodes  Nodes  `json:"nodes,omitempty"`
	// ClusterUID is the UID of the cluster's namespace kube-system.
	ClusterUID string `json:"clusterUID,omitempty"`
	// Cluster is a hash of what the cluster itself is made of; if it changes,
	// the cluster is recreated.
	Cluster string `json:"cluster"`
	// IngressPorts are the ports of this machine at which the cluster's ingress answers.
	IngressPorts Ports `json:"ingress"`
	// Served identifies the content of the images that the nodes may have
	// pulled. Nodes keep what they pulled under a reference, so if the content
	// changes, the cluster is recreated. It is empty where images are public.
	Served string `json:"served,omitempty"`
	// Inputs is a hash of everything that is deployed; if it changes, it is
	// deployed again.
	Inputs string    `json:"inputs"`
	Since  time.Time `json:"since"`
}

// UnmarshalJSON reads a state, also one of before the ports had their present name.
func (s *State) UnmarshalJSON(content []byte) error {
	type plain State
	return run.UnmarshalFormer(content, (*plain)(s), map[string]string{"front": "ingress"})
}

func (p *Platform) stateFile() string { return filepath.Join(p.cache, "platforms", p.name+".json") }

// loadState returns nil where no platform was made, and an error where the file
// says something that this version does not understand.
func (p *Platform) loadState() (*State, error) {
	content, err := os.ReadFile(p.stateFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, advise(fmt.Errorf("read the platform's state: %w", err), "`ls -l %s` shows its owner", p.stateFile())
	}
	var state State
	if err := json.Unmarshal(content, &state); err != nil {
		return nil, advise(fmt.Errorf("the platform's state in %s is damaged (%w)", p.stateFile(), err), "run `make down`, then `make up`")
	}
	return &state, nil
}

// saveState replaces the file in one step, so that a kill cannot truncate it.
func (p *Platform) saveState(state State) error {
	state.Since = time.Now().UTC()
	content, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("write the platform's state: %w", err)
	}
	if err := renameio.WriteFile(p.stateFile(), content, 0o600); err != nil {
		return fmt.Errorf("write the platform's state: %w", err)
	}
	return nil
}

// inputs hashes what is deployed: the specification's platform, the catalogue, the build
// graphs, the charts, the values, the workloads, what deployments are made of, and the
// suites' probe.
func (p *Platform) inputs(images Images) (string, error) {
	content, err := p.platformYAML()
	if err != nil {
		return "", err
	}
	sums := fmt.Sprintf("%s %x", images, sha256.Sum256(content))
	dirs := []string{"deploy", "hermetic", "standins", "tools/helmfile", "workloads", "harness/record/probe"}
	for _, d := range p.Spec.Deployments {
		if d.Build != "" && !strings.HasPrefix(d.Build, "./workloads/") {
			dirs = append(dirs, filepath.Clean(d.Build))
		}
	}
	for _, dir := range dirs {
		path := filepath.Join(p.repo, dir)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		sum, err := dirhash.HashDir(path, dir, dirhash.Hash1)
		if err != nil {
			return "", fmt.Errorf("hash %s: %w", dir, err)
		}
		sums += " " + sum
	}
	return sums, nil
}
