// Package change says what a change of a specification changes: requirements, values and
// with them what is deployed, and what the cloud is asked for.
package change

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

// Change is one thing that differs; Old is empty for what is new, New for what is gone.
type Change struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// Changes are everything that differs between two specifications.
type Changes struct {
	// Requirements are by their IDs: their sentences with their levels.
	Requirements []Change `json:"requirements"`
	// Values are those of platform.yaml, by their paths. A row of a table is called by
	// its name, so that its place in the table does not matter.
	Values []Change `json:"values"`
	// Deployed are the tables with another value, with what deploys them.
	Deployed []Change `json:"deployed"`
	// Cost is what the cloud is asked for.
	Cost []Change `json:"cost"`
}

// Of compares two specifications.
func Of(old, new *spec.Spec) (Changes, error) {
	before, err := values(old)
	if err != nil {
		return Changes{}, err
	}
	after, err := values(new)
	if err != nil {
		return Changes{}, err
	}
	c := Changes{
		Requirements: compare(sentences(old), sentences(new)),
		Values:       compare(before, after),
		Cost:         compare(asked(old), asked(new)),
	}
	tables := map[string]string{}
	for _, value := range c.Values {
		table, _, _ := strings.Cut(value.Name, ".")
		table, _, _ = strings.Cut(table, "[")
		if by, known := deployedBy[table]; known {
			tables[table] = by
		}
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.Deployed = append(c.Deployed, Change{Name: table, New: tables[table]})
	}
	return c, nil
}

// deployedBy is what makes something of each table; the others are for the judge alone.
var deployedBy = map[string]string{
	"oci": "Terraform", "namespaces": "chart namespaces", "kafka": "chart kafka", "topics": "chart kafka",
	"dapr": "charts dapr and dapr-components", "deployments": "chart workloads", "rollout": "chart workloads",
	"infrastructure": "values of the operators", "volumes": "charts kafka and postgresql", "ingress": "chart ingress",
	"quotas": "chart quotas", "limitRange": "chart quotas", "network": "chart network-policies",
}

func sentences(s *spec.Spec) map[string]string {
	all := map[string]string{}
	for _, r := range s.Requirements {
		all[r.ID] = r.Sentence
	}
	return all
}

// asked is what the node pool and the volumes take, as the cloud counts it.
func asked(s *spec.Spec) map[string]string {
	pool := s.OCI.NodePool
	return map[string]string{
		"nodes":          fmt.Sprint(pool.Size),
		"OCPUs":          fmt.Sprint(pool.Size * pool.OCPUs),
		"memory, GB":     fmt.Sprint(pool.Size * pool.MemoryGB),
		"boot disks, GB": fmt.Sprint(pool.Size * pool.BootVolumeGB),
		"volumes":        fmt.Sprint(len(s.Volumes)),
	}
}

func compare(old, new map[string]string) []Change {
	var all []Change
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if now, there := new[name]; !there || now != old[name] {
			all = append(all, Change{Name: name, Old: old[name], New: now})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(new)) {
		if _, there := old[name]; !there {
			all = append(all, Change{Name: name, New: new[name]})
		}
	}
	slices.SortStableFunc(all, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// values are the scalars of platform.yaml by their paths, and those of the manifests that
// it names, below the row that does.
func values(s *spec.Spec) (map[string]string, error) {
	all := map[string]string{}
	if err := valuesOf(all, s, "", spec.PlatformFile); err != nil {
		return nil, err
	}
	for _, f := range s.Faults {
		if f.Manifest == "" {
			continue
		}
		if err := valuesOf(all, s, "faults["+f.Name+"].manifest", f.Manifest); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// valuesOf adds the scalars of one file below a path.
func valuesOf(all map[string]string, s *spec.Spec, path, file string) error {
	raw, err := fs.ReadFile(s.Files, file)
	if err != nil {
		return fmt.Errorf("read %s: %w", s.Name, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("read %s/%s: %w", s.Name, file, err)
	}
	flatten(all, path, doc.Content[0])
	return nil
}

func flatten(all map[string]string, path string, node *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			flatten(all, strings.TrimPrefix(path+"."+node.Content[i].Value, "."), node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			flatten(all, fmt.Sprintf("%s[%s]", path, rowName(item, i)), item)
		}
	default:
		all[path] = node.Value
	}
}

// rowName is what a row calls itself, or its number.
func rowName(item *yaml.Node, number int) string {
	if item.Kind == yaml.ScalarNode {
		return item.Value
	}
	for _, key := range []string{"name", "family", "namespace", "path", "tier", "kind"} {
		for i := 0; item.Kind == yaml.MappingNode && i+1 < len(item.Content); i += 2 {
			if item.Content[i].Value == key && item.Content[i+1].Kind == yaml.ScalarNode {
				return item.Content[i+1].Value
			}
		}
	}
	return fmt.Sprint(number)
}
