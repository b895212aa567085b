package platform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"k8s.io/apimachinery/pkg/types"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Adopted is what is kept of the adoption of a cluster that somebody else made: which one
// it is, what was made in it, and how it is reached. It holds no secret.
type Adopted struct {
	// ID is random, and in the name and labels of everything that was made.
	ID string `json:"id"`
	// Profile says what a run may do there.
	Profile spec.Profile `json:"profile"`
	// File and Context are the kubeconfig that the cluster was adopted by, Server is the
	// address of its API server.
	File    string `json:"kubeconfig"`
	Context string `json:"context"`
	Server  string `json:"server"`
	// ClusterUID is the UID of the namespace kube-system.
	ClusterUID types.UID `json:"clusterUID"`
	// Marked says that the adoption has set the label of the cluster, Namespaces in which
	// ones it has rights of their own.
	Marked     bool     `json:"marked"`
	Namespaces []string `json:"namespaces"`
	// Since is when it was adopted, Expires when its token does.
	Since   time.Time `json:"since"`
	Expires time.Time `json:"expires"`
	// Ingress is where the ingress controller is reached from here, empty for the address
	// of its load balancer.
	Ingress run.Endpoint `json:"ingress,omitzero"`
}

func (p *Platform) adoptionFile() string { return filepath.Join(p.artifacts(), "adoption.json") }

// AdoptedKubeconfig is the path of the kubeconfig of the adoption.
func (p *Platform) AdoptedKubeconfig() string {
	return filepath.Join(p.artifacts(), "adopted.kubeconfig")
}

// Adoption returns the adoption that is kept here, nil for none.
func (p *Platform) Adoption() (*Adopted, error) {
	content, err := os.ReadFile(p.adoptionFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the adoption: %w", err)
	}
	var a Adopted
	if err := json.Unmarshal(content, &a); err != nil {
		return nil, fmt.Errorf("the adoption in %s is damaged: %w", p.adoptionFile(), err)
	}
	return &a, nil
}

// saveAdoption replaces the file in one step.
func (p *Platform) saveAdoption(a *Adopted) error {
	content, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("write the adoption: %w", err)
	}
	if err := renameio.WriteFile(p.adoptionFile(), append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the adoption: %w", err)
	}
	return nil
}

// forgetAdoption removes what is kept of the adoption, the token last.
func (p *Platform) forgetAdoption() error {
	var problems []error
	for _, file := range []string{p.AdoptedKubeconfig(), p.adoptionFile()} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, fmt.Errorf("forget the adoption: %w", err))
		}
	}
	return errors.Join(problems...)
}
