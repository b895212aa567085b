package fault

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// ruled makes the brokers' network bad by packet rules in their network namespaces,
// where the kernel has no netem for Chaos Mesh to do it with. What the packets
// meet is the same; the proof names the means.
type ruled struct {
	base
	shape            shape
	target           target
	brokers, workers []corev1.Pod
	before           int64
	mechanism        string // as Lab.Means has it
	does             ruling
}

// ruling is what stands in for netem.
type ruling struct {
	// rules are iptables' arguments, table first; %s is the pod's default gateway.
	rules []string
	// shaper are arguments of the packet shaper that the rules hand packets to,
	// none if they do all by themselves.
	shaper []string
}

// rulings are for the capabilities, their rules in the chain ASSAY of a table.
var rulings = map[spec.Capability]ruling{
	networkLossy: {rules: []string{
		fmt.Sprintf("-t filter -A ASSAY -m statistic --mode random --probability 0.%02d -j DROP", lossShare),
		"-t filter -A OUTPUT -o eth0 -j ASSAY",
		"-t filter -A INPUT -i eth0 -j ASSAY",
	}},
	networkCopying: {rules: []string{
		fmt.Sprintf("-t mangle -A ASSAY -m statistic --mode random --probability 0.%02d -j TEE --gateway %%s", copyShare),
		"-t mangle -A OUTPUT -o eth0 -j ASSAY",
	}},
	networkSlow: {
		rules:  []string{queued, "-t mangle -A OUTPUT -o eth0 -j ASSAY"},
		shaper: []string{"--delay", latency.String(), "--jitter", jitter.String()},
	},
	networkCorruption: {
		rules:  []string{queued, "-t mangle -A OUTPUT -o eth0 -j ASSAY", "-t mangle -A INPUT -i eth0 -j ASSAY"},
		shaper: []string{"--corrupt", strconv.Itoa(corruptShare)},
	},
}

// queueNumber is the shaper's; queued hands it packets, which pass by while nobody
// reads the queue.
const queueNumber = "4242"

const queued = "-t mangle -A ASSAY -j NFQUEUE --queue-num " + queueNumber + " --queue-bypass"

// The capabilities that have a second means.
const (
	networkSlow       spec.Capability = "network-delay"
	networkLossy      spec.Capability = "network-loss"
	networkCopying    spec.Capability = "network-duplicate"
	networkCorruption spec.Capability = "network-corrupt"
)

// either uses Chaos Mesh where the kernel has netem, and packet rules elsewhere.
func either(lab *Lab, name string, t target, capability spec.Capability, s shape) Fault {
	if mechanism := lab.Mechanisms[capability]; mechanism != "" {
		return &ruled{base: base{lab: lab, name: name}, shape: s, target: t, mechanism: mechanism, does: rulings[capability]}
	}
	return shaped(lab, name, t, s)
}

// The means of capabilities that iptables provides, by itself and with the packet
// shaper.
const (
	byRules = "packet rules"
	byQueue = "packet rules and a queue"
)

// Prepare implements Fault.
func (r *ruled) Prepare(ctx context.Context) (err error) {
	if r.brokers, err = r.lab.pods(ctx, r.target); err != nil {
		return err
	}
	if r.workers, err = r.lab.pods(ctx, r.lab.workers()...); err != nil {
		return err
	}
	if r.before, err = r.shape.measure(ctx, r.brokers, r.workers); err != nil {
		return err
	}
	var undos []Undo
	for i := range r.brokers {
		undos = append(undos, inside(scrub, &r.brokers[i]))
		if len(r.does.shaper) > 0 {
			undos = append(undos, inside(evict, &r.brokers[i]))
		}
	}
	return r.plan(ctx, names(r.brokers), undos...)
}

// Inject implements Fault.
func (r *ruled) Inject(ctx context.Context) error {
	for i := range r.brokers {
		if err := r.rule(ctx, &r.brokers[i]); err != nil {
			return err
		}
	}
	return nil
}

// rule makes the network of one broker bad.
func (r *ruled) rule(ctx context.Context, broker *corev1.Pod) error {
	if len(r.does.shaper) > 0 {
		// It ends by itself should nobody end it.
		arguments := append([]string{"--queue", queueNumber, "--for", atMost.String()}, r.does.shaper...)
		_, err := r.lab.inNetwork(ctx, broker, guestMark+`=yes setsid packet-shaper "$@" </dev/null >/dev/null 2>&1 &`, arguments...)
		if err != nil {
			return fmt.Errorf("start the packet shaper of pod %s/%s: %w", broker.Namespace, broker.Name, err)
		}
	}
	if _, err := r.lab.inNetwork(ctx, broker, ruleScript(r.does.rules)); err != nil {
		return fmt.Errorf("add packet rules to pod %s/%s: %w", broker.Namespace, broker.Name, err)
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
		now, err := r.shape.measure(ctx, r.brokers, r.workers)
		if err != nil {
			return "", err
		}
		text := fmt.Sprintf("%s: %d before, %d now (by %s: the kernel has no netem)", r.shape.what, r.before, now, r.mechanism)
		if now-r.before < r.shape.enough {
			return "", fmt.Errorf("not enough %s", text)
		}
		return text, nil
	})
}
