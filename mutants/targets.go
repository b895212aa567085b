package mutants

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// known is what the specification says of what mutants change.
type known struct {
	spec      *spec.Spec
	objects   objects
	resources map[string]map[string]object
}

func newKnown(s *spec.Spec) known { return known{s, specified(s), resources(s)} }

// aimless lists what is wrong with what a mutant is aimed at, as far as the specification
// says what is there: each target has to exist, and each change to change something.
func (k known) aimless(m Mutant) []string {
	var found []string
	deleted := map[Object]bool{}
	for i, step := range m.Apply {
		if step.Create != nil && deleted[made(step.Create)] {
			continue // made again, in another way
		}
		if step.Delete != nil {
			deleted[Object{Kind: step.Delete.Kind, Namespace: step.Delete.Namespace, Name: step.Delete.Name}] = true
		}
		for _, problem := range k.step(step) {
			found = append(found, fmt.Sprintf("apply[%d]: %s", i, problem))
		}
	}
	return found
}

// missing lists the objects that a harmless change is aimed at and the specification does not have.
// What it changes has to mean the same as before, so that aimless would refuse it.
func (k known) missing(m Mutant) []string {
	var found []string
	for _, step := range m.Apply {
		switch {
		case step.Patch != nil:
			found = append(found, k.object(step.Patch.Object, nil)...)
		case step.Rewrite != nil && step.Rewrite.Labels == "":
			found = append(found, k.object(step.Rewrite.Object, nil)...)
		default:
			found = append(found, k.step(step)...)
		}
	}
	return found
}

func (k known) step(s Step) []string {
	switch {
	case s.Patch != nil:
		return k.object(s.Patch.Object, func(object any) []string {
			return append(idle(object, s.Patch.JSON), idleMerge(object, s.Patch.Merge)...)
		})
	case s.Delete != nil:
		return k.object(*s.Delete, nil)
	case s.Restart != nil:
		return k.object(s.Restart.Object, nil)
	case s.Expire != nil:
		return k.object(*s.Expire, nil)
	case s.Rewrite != nil && s.Rewrite.Labels == "":
		return k.object(s.Rewrite.Object, func(object any) []string { return idle(object, s.Rewrite.JSON) })
	case s.Create != nil:
		return k.inTheWay(s.Create)
	case s.Cloud != nil:
		return k.resource(*s.Cloud)
	case s.File != nil:
		return s.File.aimless(k.spec)
	case s.Recording != nil:
		return s.Recording.aimless(k.spec)
	}
	return nil
}

// object looks for an object of the cluster, and at what is changed of it. Objects of
// kinds that no specification lists may be there or not.
func (k known) object(o Object, find func(object any) []string) []string {
	all, listed := k.objects[o.Kind]
	if !listed {
		return nil
	}
	object, there := all[o.Namespace+"/"+o.Name]
	if !there {
		return []string{fmt.Sprintf("the specification has no %s", o)}
	}
	if find == nil {
		return nil
	}
	return find(object)
}

// inTheWay wants an object that is made not to be there.
func (k known) inTheWay(content map[string]any) []string {
	o := made(content)
	if _, there := k.objects[o.Kind][o.Namespace+"/"+o.Name]; there {
		return []string{fmt.Sprintf("the specification has a %s", o)}
	}
	return nil
}

// made is the object that a step makes, by kind and name.
func made(content map[string]any) Object {
	metadata, _ := content["metadata"].(map[string]any)
	o := Object{Kind: fmt.Sprint(content["kind"]), Name: fmt.Sprint(metadata["name"])}
	o.Namespace, _ = metadata["namespace"].(string)
	return o
}

var reference = regexp.MustCompile(`\$\{(\w+)/([^}]+)\}`)

// resource looks for a resource of the cloud, and for those that the change refers to.
func (k known) resource(c Cloud) []string {
	resource, there := k.resources[c.Kind][c.Name]
	if !there {
		return []string{fmt.Sprintf("the specification has no %s %s", c.Kind, c.Name)}
	}
	found := idle(resource, c.JSON)
	for _, operation := range c.JSON {
		for _, names := range reference.FindAllStringSubmatch(fmt.Sprint(operation["value"]), -1) {
			if _, there := k.resources[names[1]][names[2]]; !there {
				found = append(found, fmt.Sprintf("the specification has no %s %s", names[1], names[2]))
			}
		}
	}
	return found
}

// aimless looks for a text in a file of the specification. The Terraform configuration is
// the same for all, and is not part of the program.
func (f File) aimless(s *spec.Spec) []string {
	name, own := strings.CutPrefix(f.Path, SpecificationDir)
	if !own {
		return nil
	}
	content, err := fs.ReadFile(s.Files, name)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", f.Path, err)}
	}
	if found := strings.Count(string(content), f.Replace); found != 1 {
		return []string{fmt.Sprintf("%s contains %q %d times, want once", f.Path, f.Replace, found)}
	}
	return nil
}

// recorded are the experiments beside those that are named for faults.
var recorded = []string{"eventing", "retention", "deployment-lifecycle"}

// probes start the names of topics that the suites make for themselves.
const probes = "assay-"

// aimless looks for the experiment, and for the events that are changed.
func (r Recording) aimless(s *spec.Spec) []string {
	if !slices.Contains(recorded, r.Experiment) && !slices.ContainsFunc(s.Faults, func(f spec.Fault) bool { return f.Name == r.Experiment }) {
		return []string{fmt.Sprintf("there is no experiment %q", r.Experiment)}
	}
	topic, named := r.Where["topic"].(string)
	if !named || strings.HasPrefix(topic, probes) {
		return nil
	}
	if !slices.ContainsFunc(s.Topics, func(t spec.Topic) bool { return t.Name == topic }) {
		return []string{fmt.Sprintf("there is no topic %q", topic)}
	}
	at := slices.IndexFunc(s.Events, func(e spec.EventFamily) bool { return e.Topic == topic })
	kind, typed := r.Where["type"].(string)
	if at < 0 || !typed {
		return nil
	}
	if !slices.Contains(s.Events[at].Types, kind) {
		return []string{fmt.Sprintf("%s carries no %q", topic, kind)}
	}
	if r.List != "events" || len(r.JSON) == 0 || r.Repeat {
		return nil
	}
	return changesEvent(s, s.Events[at], kind, r.JSON)
}
