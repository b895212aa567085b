package spec

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checker collects what is wrong with a decoded file. Validation asks whether
// the values can be used at all (names that resolve, numbers in range); whether
// they make sense together is what the audit judges.
type checker struct {
	file     string
	problems Problems
}

func (c *checker) add(format string, args ...any) {
	c.problems = append(c.problems, c.file+": "+fmt.Sprintf(format, args...))
}

var dnsLabel = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

// name wants a DNS-1123 label, which every named object of Kubernetes takes.
func (c *checker) name(path, value string) {
	if !dnsLabel.MatchString(value) {
		c.add("%s: %q is not a name; use lower-case letters, digits and dashes, at most 63", path, value)
	}
}

var topicForm = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// topic wants a name as Kafka takes it for a topic.
func (c *checker) topic(path, value string) {
	if !topicForm.MatchString(value) || value == "." || value == ".." {
		c.add("%s: %q is not a name of a topic; use letters, digits, dots, underscores and dashes, at most 249", path, value)
	}
}

func (c *checker) filled(path, value string) {
	if strings.TrimSpace(value) == "" {
		c.add("%s must not be empty", path)
	}
}

func (c *checker) positive(path string, value int) {
	if value < 1 {
		c.add("%s: %d is less than 1", path, value)
	}
}

func (c *checker) port(path string, value int) {
	if value < 1 || value > 65535 {
		c.add("%s: %d is not a port; use 1 to 65535", path, value)
	}
}

// surge wants an IntOrString as Kubernetes takes it in a rollout.
func (c *checker) surge(path, value string) {
	digits := strings.TrimSuffix(value, "%")
	if n, err := strconv.Atoi(digits); err != nil || n < 0 {
		c.add("%s: %q is neither a number of pods nor a percentage such as 25%%", path, value)
	}
}

// unique reports names that appear twice in a list and returns them as a set.
func (c *checker) unique(path string, names []string) map[string]bool {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			c.add("%s: %q appears twice", path, n)
		}
		seen[n] = true
	}
	return seen
}

func (c *checker) known(path, value, what string, set map[string]bool, names []string) {
	if !set[value] {
		c.add("%s: no %s is called %q%s", path, what, value, hint(value, names))
	}
}

func namesOf[T any](list []T, nameOf func(T) string) []string {
	names := make([]string, len(list))
	for i, item := range list {
		names[i] = nameOf(item)
	}
	return names
}

func (p *Platform) validate(file string) Problems {
	c := &checker{file: file}
	c.filled("specification.feature", p.Specification.Feature)
	p.validateOCI(c)
	p.validateMessaging(c)
	p.validateKubernetes(c)
	p.validateShows(c)
	p.validateLoad(c)
	p.validateFaults(c)
	p.validateAllowed(c)
	return c.problems
}

func (p *Platform) validateOCI(c *checker) {
	o := p.OCI
	if o.VCN.Name == "" {
		return // no cloud of this kind
	}
	tiers := namesOf(o.Subnets, func(s Subnet) string { return string(s.Tier) })
	set := c.unique("oci.subnets", tiers)
	for _, t := range []Tier{Public, Private} {
		if !set[string(t)] {
			c.add("oci.subnets: the %s subnet is missing", t)
		}
	}
	c.unique("oci.gateways", namesOf(o.Gateways, func(g Gateway) string { return string(g.Kind) }))
	for i, r := range o.SecurityRules {
		path := fmt.Sprintf("oci.securityRules[%d]", i)
		c.filled(path+".purpose", r.Purpose)
		if r.PortMin > r.PortMax {
			c.add("%s: portMin %d is above portMax %d", path, r.PortMin, r.PortMax)
		}
		if r.PortMin != 0 && r.Protocol != TCP {
			c.add("%s: ports need protocol tcp, not %s", path, r.Protocol)
		}
	}
	c.positive("oci.nodePool.ocpus", o.NodePool.OCPUs)
	c.positive("oci.nodePool.memoryGB", o.NodePool.MemoryGB)
	c.positive("oci.nodePool.bootVolumeGB", o.NodePool.BootVolumeGB)
	c.positive("oci.nodePool.minSize", o.NodePool.MinSize)
	if o.NodePool.Size < o.NodePool.MinSize || o.NodePool.Size > o.NodePool.MaxSize {
		c.add("oci.nodePool.size: %d is outside of %d to %d", o.NodePool.Size, o.NodePool.MinSize, o.NodePool.MaxSize)
	}
}

func (p *Platform) validateMessaging(c *checker) {
	c.positive("kafka.replicas", p.Kafka.Replicas)
	if p.Kafka.ZooKeeper.Replicas < 0 {
		c.add("kafka.zookeeper.replicas: %d is less than 0, which means none (KRaft)", p.Kafka.ZooKeeper.Replicas)
	}
	p.Kafka.Listener.validate(c)
	topics := namesOf(p.Topics, func(t Topic) string { return t.Name })
	topicSet := c.unique("topics", topics)
	for _, t := range p.Topics {
		path := "topics[" + t.Name + "]"
		c.topic(path, t.Name)
		c.positive(path+".partitions", t.Partitions)
		c.positive(path+".replicas", t.Replicas)
		c.filled(path+".purpose", t.Purpose)
		if t.Cluster != p.Kafka.Name {
			c.add("%s.cluster: %q is not the cluster %q", path, t.Cluster, p.Kafka.Name)
		}
		if t.DeadLettersOf != "" {
			c.known(path+".deadLettersOf", t.DeadLettersOf, "topic", topicSet, topics)
		}
	}
	c.unique("events", namesOf(p.Events, func(e EventFamily) string { return e.Family }))
	for _, e := range p.Events {
		c.known("events["+e.Family+"].topic", e.Topic, "topic", topicSet, topics)
		c.positive("events["+e.Family+"].types", len(e.Types))
		c.member("events["+e.Family+"].key", e.Key)
		c.member("events["+e.Family+"].label", e.Label)
	}
	p.validateDapr(c, topicSet, topics)
}

func (l Listener) validate(c *checker) {
	c.port("kafka.listener.port", l.Port)
	if l.Authentication != "" {
		c.filled("kafka.listener.user", l.User)
	} else if l.User != "" || l.Password != (SecretKey{}) {
		c.add("kafka.listener.user: without authentication there is no user, and no password")
	}
	if !l.TLS && l.CA != (SecretKey{}) {
		c.add("kafka.listener.ca: without tls there is no certificate to check")
	}
}

func (p *Platform) validateDapr(c *checker, topicSet map[string]bool, topics []string) {
	apps := namesOf(p.Deployments, func(d Deployment) string { return d.Dapr.AppID })
	appSet := c.unique("deployments.dapr.appId", apps)
	components := namesOf(p.Dapr.Components, func(c Component) string { return c.Name })
	componentSet := c.unique("dapr.components", components)
	c.unique("dapr.controlPlane", namesOf(p.Dapr.ControlPlane, func(s Service) string { return s.Name }))
	c.unique("dapr.subscriptions", namesOf(p.Dapr.Subscriptions, func(s Subscription) string { return s.Name }))
	for _, comp := range p.Dapr.Components {
		path := "dapr.components[" + comp.Name + "]"
		c.filled(path+".type", comp.Type)
		for _, scope := range comp.Scopes {
			c.known(path+".scopes", scope, "Dapr application", appSet, apps)
		}
		for _, m := range comp.Metadata {
			if (m.Value == "") == (m.Secret == "") || (m.Secret == "") != (m.Key == "") {
				c.add("%s.metadata[%s]: give either value or secret and key", path, m.Name)
			}
		}
	}
	for _, s := range p.Dapr.Subscriptions {
		path := "dapr.subscriptions[" + s.Name + "]"
		c.known(path+".app", s.App, "Dapr application", appSet, apps)
		c.known(path+".pubsub", s.PubSub, "Dapr component", componentSet, components)
		c.known(path+".topic", s.Topic, "topic", topicSet, topics)
		if s.DeadLetterTopic != "" {
			c.known(path+".deadLetterTopic", s.DeadLetterTopic, "topic", topicSet, topics)
		}
	}
	c.known("dapr.resiliency.component", p.Dapr.Resiliency.Component, "Dapr component", componentSet, components)
	c.positive("dapr.resiliency.maxRetries", p.Dapr.Resiliency.MaxRetries)
}

func (p *Platform) validateKubernetes(c *checker) {
	namespaces := namesOf(p.Namespaces, func(n Namespace) string { return n.Name })
	set := c.unique("namespaces", namespaces)
	for _, n := range namespaces {
		c.name("namespaces", n)
	}
	deployments := namesOf(p.Deployments, func(d Deployment) string { return d.Name })
	deploymentSet := c.unique("deployments", deployments)
	for _, d := range p.Deployments {
		path := "deployments[" + d.Name + "]"
		c.name(path, d.Name)
		c.known(path+".namespace", d.Namespace, "namespace", set, namespaces)
		c.positive(path+".replicas", d.Replicas)
		c.port(path+".dapr.appPort", d.Dapr.AppPort)
		c.filled(path+".image", d.Image)
		for _, call := range d.Calls {
			c.known(path+".calls["+call.As+"].deployment", call.Deployment, "deployment", deploymentSet, deployments)
		}
	}
	roles := namesOf(p.Infrastructure, func(i Infrastructure) string { return string(i.Role) })
	c.unique("infrastructure.role", slices.DeleteFunc(roles, func(role string) bool { return role == "" }))
	c.surge("rollout.maxSurge", p.Rollout.MaxSurge)
	c.surge("rollout.maxUnavailable", p.Rollout.MaxUnavailable)
	for _, w := range p.Infrastructure {
		c.positive("infrastructure["+w.Name+"].replicas", w.Replicas)
		if w.MaxSurge != "" {
			c.surge("infrastructure["+w.Name+"].maxSurge", w.MaxSurge)
		}
	}
	for _, r := range p.Ingress.Paths {
		c.known("ingress.paths["+r.Path+"].service", r.Service, "deployment", deploymentSet, deployments)
		c.port("ingress.paths["+r.Path+"].port", r.Port)
	}
	c.unique("quotas", namesOf(p.Quotas, func(q Quota) string { return q.Namespace }))
	for _, q := range p.Quotas {
		c.known("quotas", q.Namespace, "namespace", set, namespaces)
	}
	c.unique("limitRange.namespaces", p.LimitRange.Namespaces)
	for _, n := range p.LimitRange.Namespaces {
		c.known("limitRange.namespaces", n, "namespace", set, namespaces)
	}
	for _, f := range slices.Concat(p.Network.Allowed, p.Network.Denied, p.Network.Outbound.Denied) {
		c.port(fmt.Sprintf("network %s to %s", f.From, f.To), f.Port)
	}
	metadata := p.Network.Outbound.Metadata
	if metadata.Address == "" {
		return
	}
	if _, err := netip.ParseAddr(metadata.Address); err != nil {
		c.add("network.outbound.metadata.address: %v", err)
	}
	c.port("network.outbound.metadata.port", metadata.Port)
	c.unique("network.outbound.metadata.hidden", metadata.Hidden)
}
