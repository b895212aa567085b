package platform

import (
	"context"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Kinds of what docker holds, as the inventory names them.
const (
	containerKind = "docker/container"
	networkKind   = "docker/network"
)

// madeLabel holds the token that was written into the inventory before the object
// was made. kind's nodes carry the token as the last element of a mount's source.
const madeLabel = ownLabel + ".made"

// clusterLabel holds the name of the cluster of a node that kind made.
const clusterLabel = "io.x-k8s.kind.cluster"

// dockerObject is a container or a network as docker lists it.
type dockerObject struct {
	kind, id, name string
	// cluster is the value of kind's label.
	cluster string
	// marks are where a token of ours may stand: the value of the label, and the last
	// elements of the sources of mounts.
	marks []string
}

func (o dockerObject) String() string {
	return fmt.Sprintf("%s %s (%.12s)", strings.TrimPrefix(o.kind, "docker/"), o.name, o.id)
}

// listObjects lists all containers and networks of the engine.
func listObjects(ctx context.Context, log io.Writer) ([]dockerObject, error) {
	containers, err := docker(ctx, log, "ps", "--all", "--no-trunc", "--format",
		`{{.ID}}|{{.Names}}|{{.Label "`+clusterLabel+`"}}|{{.Label "`+madeLabel+`"}}|{{.Mounts}}`)
	if err != nil {
		return nil, fmt.Errorf("list the containers: %w", err)
	}
	networks, err := docker(ctx, log, "network", "ls", "--no-trunc", "--format", `{{.ID}}|{{.Name}}||{{.Label "`+madeLabel+`"}}|`)
	if err != nil {
		return nil, fmt.Errorf("list the networks: %w", err)
	}
	var all []dockerObject
	for kind, listed := range map[string]string{containerKind: containers, networkKind: networks} {
		for line := range strings.Lines(listed) {
			fields := strings.SplitN(strings.TrimRight(line, "\r\n"), "|", 5)
			if len(fields) != 5 || fields[0] == "" {
				return nil, fmt.Errorf("list docker's objects: the line %q cannot be read", line)
			}
			names, _, _ := strings.Cut(fields[1], ",") // the others are names of links
			object := dockerObject{kind: kind, id: fields[0], name: names, cluster: fields[2], marks: []string{fields[3]}}
			for _, source := range strings.Split(fields[4], ",") {
				object.marks = append(object.marks, path.Base(source))
			}
			all = append(all, object)
		}
	}
	slices.SortFunc(all, func(a, b dockerObject) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// bears reports whether an object has a name that a platform of this name would use,
// or is a node of a cluster of this name.
func (o dockerObject) bears(platform string) bool {
	if o.kind == networkKind {
		return o.name == platform
	}
	rest, ok := strings.CutPrefix(o.name, platform+"-")
	return o.cluster == platform || ok && partNames.MatchString(rest)
}

// partNames are the ends of the names of kind's nodes and of the registry.
var partNames = regexp.MustCompile(`^((control-plane|worker|external-load-balancer)[0-9]*|registry)$`)
