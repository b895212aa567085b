package fault

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// ruled makes the broker's network bad by packet rules in its network namespace,
// where the kernel has no netem for Chaos Mesh to do it with. What the packets
// meet is the same; the proof names the means.
type ruled struct {
	base
	shape  shape
	broker corev1.Pod
	worker corev1.Pod
	before int64
	// rules are iptables' arguments, table first; %s is the pod's default gateway.
	rules []string
}

// rulesFor are the rules for a capability, in the chain ASSAY of a table.
var rulesFor = map[spec.Capability][]string{
	networkLossy: {
		fmt.Sprintf("-t filter -A ASSAY -m statistic --mode random --probability 0.%02d -j DROP", lossShare),
		"-t filter -A OUTPUT -o eth0 -j ASSAY",
		"-t filter -A INPUT -i eth0 -j ASSAY",
	},
	networkCopying: {
		fmt.Sprintf("-t mangle -A ASSAY -m statistic --mode random --probability 0.%02d -j TEE --gateway %%s", copyShare),
		"-t mangle -A OUTPUT -o eth0 -j ASSAY",
	},
}

// The capabilities that have a second means.
const (
	networkLossy   spec.Capability = "network-loss"
	networkCopying spec.Capability = "network-duplicate"
)

// either uses Chaos Mesh where the kernel has netem, and packet rules elsewhere.
func either(lab *Lab, name string, capability spec.Capability, s shape) Fault {
	if lab.Means[capability] == byRules {
		return &ruled{base: base{lab: lab, name: name}, shape: s, rules: rulesFor[capability]}
	}
	return shaped(lab, name, s)
}

// byRules is the means of a capability that iptables provides.
const byRules = "packet rules"

// Prepare implements Fault.
func (r *ruled) Prepare(ctx context.Context) error {
	brokers, err := r.lab.pods(ctx, r.lab.broker())
	if err != nil {
		return err
	}
	workers, err := r.lab.pods(ctx, r.lab.workers()[0])
	if err != nil {
		return err
	}
	r.broker, r.worker = brokers[0], workers[0]
	if r.before, err = r.shape.measure(ctx, &r.broker, &r.worker); err != nil {
		return err
	}
	return r.plan(ctx, names(brokers[:1]), inside(scrub, &r.broker))
}

// Inject implements Fault.
func (r *ruled) Inject(ctx context.Context) error {
	if _, err := r.lab.inNetwork(ctx, &r.broker, ruleScript(r.rules)); err != nil {
		return fmt.Errorf("add packet rules to pod %s/%s: %w", r.broker.Namespace, r.broker.Name, err)
	}
	return nil
}

// ruleScript adds rules one by one, each table's chain before its first rule.
func ruleScript(rules []string) string {
	var script strings.Builder
	script.WriteString("set -eu; gateway=$(ip route show default | awk '{print $3; exit}')\n")
	made := map[string]bool{}
	for _, rule := range rules {
		table := strings.Fields(rule)[1]
		if !made[table] {
			made[table] = true
			fmt.Fprintf(&script, "iptables -t %s -N ASSAY\n", table)
		}
		fmt.Fprintf(&script, "iptables %s\n", strings.ReplaceAll(rule, "%s", "$gateway"))
	}
	return script.String()
}

// Proof implements Fault.
func (r *ruled) Proof(ctx context.Context) (Proof, error) {
	return r.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		now, err := r.shape.measure(ctx, &r.broker, &r.worker)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%s: %d before, %d now (by packet rules: the kernel has no netem)", r.shape.what, r.before, now)
		if now-r.before < r.shape.enough {
			return "", fmt.Errorf("not enough %s", text)
		}
		return text, nil
	})
}
