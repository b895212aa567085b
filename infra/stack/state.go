package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"assay.dev/assay/harness/process/refusal"
	"assay.dev/assay/infra/inventory"
)

// stateFile is Terraform's, in the run's folder.
const stateFile = "terraform.tfstate"

// state is what is read of Terraform's state, format version 4.
type state struct {
	Version   int `json:"version"`
	Resources []struct {
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			Attributes struct {
				ID          string `json:"id"`
				Compartment string `json:"compartment_id"`
			} `json:"attributes"`
		} `json:"instances"`
	} `json:"resources"`
}

// stateVersion is the only format that Terraform since 0.12 and OpenTofu write.
const stateVersion = 4

// stateEntries are the objects in the state: Terraform wrote their IDs when it made
// them. One in another compartment than the run's is an error: the run made none
// there, and a destroy would delete it.
func (s *Stack) stateEntries() ([]inventory.Entry, error) {
	content, err := os.ReadFile(s.Path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	var read state
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	if read.Version != stateVersion {
		return nil, fmt.Errorf("the state has format version %d, want %d", read.Version, stateVersion)
	}
	var entries []inventory.Entry
	for _, resource := range read.Resources {
		if resource.Mode != "managed" {
			continue
		}
		for _, instance := range resource.Instances {
			attributes := instance.Attributes
			if attributes.Compartment != "" && attributes.Compartment != s.run.Compartment {
				return nil, refusal.New("the state has %s.%s in compartment %s, and run %s uses %s alone: it is not touched",
					resource.Type, resource.Name, attributes.Compartment, s.run.Name, s.run.Compartment)
			}
			if strings.HasPrefix(attributes.ID, "ocid1.") {
				entries = append(entries, entryOf(attributes.ID, resource.Type+"."+resource.Name))
			}
		}
	}
	return entries, nil
}
