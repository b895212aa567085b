package spec

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"assay.dev/assay/spec/chaosmesh"
)

// MostManifest is the longest duration of a manifest: what ends a fault that nobody takes
// back.
const MostManifest = 15 * time.Minute

// validateMechanism wants an action, or a manifest with its proof.
func (f Fault) validateMechanism(c *checker, at string) {
	switch {
	case f.Action == "" && f.Manifest == "":
		c.add("%s: it does nothing; give it an action, or a manifest of Chaos Mesh", at)
	case f.Action != "" && f.Manifest != "":
		c.add("%s.manifest: it has the action %s, too; leave out one of them", at, f.Action)
	case f.Action != "" && f.Proof != FaultProof{}:
		c.add("%s.proof: the action %s has its own; leave it out", at, f.Action)
	case f.Manifest == "":
	case !fs.ValidPath(f.Manifest) || path.Ext(f.Manifest) != ".yaml":
		c.add("%s.manifest: %q is no path of a YAML file below the specification's directory, such as faults/%s.yaml", at, f.Manifest, f.Name)
	case f.Target.Role == "" || f.Target.Role == TargetTopic:
		c.add("%s.target: name the pods that the manifest hits: role and, where several have it, name", at)
	case f.Proof.Witness == "":
		c.add("%s.proof: set witness, by which the effect is observed: one of %s", at, strings.Join(Witness("").Values(), ", "))
	default:
		f.validateWitness(c, at)
	}
}

// validateWitness wants the witness to be told what it needs, and no more.
func (f Fault) validateWitness(c *checker, at string) {
	w := witnesses[f.Proof.Witness]
	switch {
	case f.Proof.Least < 0 || w.least && f.Proof.Least == 0:
		c.add("%s.proof.least: the witness %s counts from a change of at least 1: set it", at, f.Proof.Witness)
	case w.path != (f.Proof.Path != ""):
		c.add("%s.proof.path: only the witness %s needs one, and it does", at, WriteErrors)
	case w.path && !path.IsAbs(f.Proof.Path):
		c.add("%s.proof.path: %q is no directory inside of the container", at, f.Proof.Path)
	case w.peer && f.Peer.Role == "":
		c.add("%s.peer: the witness %s looks at the way to another component; name it", at, f.Proof.Witness)
	case w.port && f.Peer.Port == 0 && f.Peer.Role != TargetBrokers && f.Peer.Role != TargetZooKeeper && f.Peer.Role != TargetApplication:
		c.add("%s.peer.port: the witness %s connects to it: set its port", at, f.Proof.Witness)
	case w.role != "" && f.Target.Role != w.role:
		c.add("%s.proof.witness: %s sees only the target of the role %s", at, f.Proof.Witness, w.role)
	}
}

// loadManifests reads the manifests of the faults that have one. platform is the text of
// PlatformFile.
func (s *Spec) loadManifests(dir fs.FS, platform []byte) error {
	var problems Problems
	for i := range s.Faults {
		f := &s.Faults[i]
		if f.Manifest == "" {
			continue
		}
		raw, err := fs.ReadFile(dir, f.Manifest)
		if err != nil {
			problems = append(problems, withLines(platform, Problems{fmt.Sprintf("%s: faults[%s].manifest: %v", PlatformFile, f.Name, err)})...)
			continue
		}
		if f.Chaos, err = chaosmesh.Parse(raw); err != nil {
			problems = append(problems, withLines(raw, Problems{located(f.Manifest, err.Error())})...)
			continue
		}
		row := &checker{file: PlatformFile}
		if f.checkRow(row, "faults["+f.Name+"]"); len(row.problems) > 0 {
			problems = append(problems, withLines(platform, row.problems)...)
			continue
		}
		if err := s.checkManifest(f); err != nil {
			problems = append(problems, withLines(raw, Problems{fmt.Sprintf("%s: %v", f.Manifest, err)})...)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// checkRow holds the row of a fault against its manifest.
func (f *Fault) checkRow(c *checker, at string) {
	kind := strings.TrimSuffix(f.Chaos.Kind+", "+f.Chaos.Action, ", ")
	switch {
	case !f.Proof.Witness.sees(f.Chaos.Kind, f.Chaos.Action):
		c.add("%s.proof.witness: %s does not see what %s does; use one of %s", at, f.Proof.Witness, kind,
			strings.Join(seeing(f.Chaos.Kind, f.Chaos.Action), ", "))
	case f.Chaos.Instant() && f.Hold.Duration > 0:
		c.add("%s.hold: %s ends by itself: leave it out", at, kind)
	case !f.Chaos.Instant() && f.Hold.Duration <= 0:
		c.add("%s: %s lasts: set hold, the time after its effect was observed", at, kind)
	case f.Chaos.HasPeer() && f.Peer.Role == "":
		c.add("%s: the manifest has another side, spec.target; name the component in peer", at)
	}
}

// checkManifest wants a manifest to hit what the row declares, and to end by itself. Its
// error starts with the path of a value of the manifest.
func (s *Spec) checkManifest(f *Fault) error {
	selectors := f.Chaos.Selectors()
	for _, at := range slices.Sorted(maps.Keys(selectors)) {
		target, what := f.Target, "target"
		if at != "spec" {
			target, what = f.Peer, "peer"
		}
		err := chaosmesh.CheckSelector(selectors[at].Selector, func(namespace string) error { return s.admits(namespace, target) })
		if err != nil {
			return fmt.Errorf("%s.selector.%w", at, err)
		}
		most, err := chaosmesh.Most(selectors[at])
		if err != nil {
			return fmt.Errorf("%s.%w", at, err)
		}
		if target.Pods > 0 && (most == 0 || most > target.Pods) {
			return fmt.Errorf("%s.mode: it may hit more than the %d pods of faults[%s].%s; use one, or fixed with that value", at, target.Pods, f.Name, what)
		}
	}
	if err := f.checkContainers(); err != nil {
		return err
	}
	if f.Chaos.Instant() {
		return nil
	}
	switch d, least := f.Chaos.Duration, f.Hold.Duration+s.Timeouts.FaultEffect.Duration; {
	case d == 0:
		return fmt.Errorf("spec.duration: it is missing: set it to at most %s, so that the fault ends if it is not removed", MostManifest)
	case d > MostManifest:
		return fmt.Errorf("spec.duration: %s is more than %s, for which a fault may outlive who has made it", d, MostManifest)
	case d < least:
		return fmt.Errorf("spec.duration: %s is less than hold and timeouts.faultEffect together, %s; the fault would end while it is observed", d, least)
	}
	return nil
}

// checkContainers wants the one container of the target, where the kind hits containers.
func (f *Fault) checkContainers() error {
	names, hits := f.Chaos.Containers()
	want := f.Target.Container
	if want == "" && f.Target.Role == TargetApplication {
		want = f.Target.Name
	}
	if !hits || want != "" && slices.Equal(names, []string{want}) {
		return nil
	}
	if want == "" {
		return fmt.Errorf("spec.containerNames: name the container in faults[%s].target.container, and no other here", f.Name)
	}
	return fmt.Errorf("spec.containerNames: %q; the container of the target is %s, name it alone", names, want)
}

// admits wants a namespace of the target that lets faults in.
func (s *Spec) admits(namespace string, target FaultTarget) error {
	if !slices.Contains(s.Injectable(), namespace) {
		return fmt.Errorf("%q allows no faults%s", namespace, hint(namespace, s.Injectable()))
	}
	if of := s.namespacesOf(target); len(of) > 0 && !slices.Contains(of, namespace) {
		return fmt.Errorf("%q has no pod of the %s; use %s", namespace, target, strings.Join(of, ", "))
	}
	return nil
}

// Injectable are the namespaces that let faults in: those of namespaces that say so, and
// those that only rows of infrastructure name, but for the one of what injects faults.
func (p *Platform) Injectable() []string {
	var all, listed []string
	for _, n := range p.Namespaces {
		listed = append(listed, n.Name)
		if n.Faults {
			all = append(all, n.Name)
		}
	}
	daemon := p.ofRole(RoleChaosDaemon).Namespace
	for _, i := range p.Infrastructure {
		if !slices.Contains(append(listed, all...), i.Namespace) && i.Namespace != daemon {
			all = append(all, i.Namespace)
		}
	}
	return all
}

// namespacesOf are the namespaces of the pods of a target.
func (p *Platform) namespacesOf(t FaultTarget) []string {
	var all []string
	switch t.Role {
	case TargetApplication:
		all = []string{first(p.Deployments, func(d Deployment) bool { return d.Name == t.Name }).Namespace}
	case TargetInfrastructure:
		all = []string{first(p.Infrastructure, func(i Infrastructure) bool { return i.Name == t.Name }).Namespace}
	case TargetControlPlane:
		all = []string{p.Dapr.Namespace}
	case TargetBrokers, TargetZooKeeper:
		all = []string{p.Kafka.Namespace}
	case TargetSubscribers, TargetStateUsers:
		all = namesOf(p.Deployments, func(d Deployment) string { return d.Namespace })
	}
	slices.Sort(all)
	return slices.Compact(all)
}
