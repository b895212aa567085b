package cluster

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
)

// describe lists who may reach which ports, by the name label of the peers.
func describe(policy *networkingv1.NetworkPolicy) map[string][]string {
	rules := map[string][]string{}
	for _, rule := range policy.Spec.Ingress {
		from := []string{}
		for _, peer := range rule.From {
			name := peer.PodSelector.MatchLabels["strimzi.io/name"]
			if name == "" {
				name = peer.PodSelector.MatchLabels["strimzi.io/kind"] + peer.PodSelector.MatchLabels["app"]
			}
			if peer.NamespaceSelector != nil {
				name += " in " + peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]
			}
			from = append(from, name)
		}
		for _, port := range rule.Ports {
			rules[fmt.Sprintf("%s %d", *port.Protocol, port.Port.IntVal)] = from
		}
	}
	return rules
}

func TestNetworkPolicies(t *testing.T) {
	c := render(t)
	away := *c
	away.operatorNamespace = "operators"
	closed := render(t, "tls: false}", "tls: false, networkPolicyPeers: [{podSelector: {matchLabels: {app: todo}}}]}")
	for name, tc := range map[string]struct {
		policy *networkingv1.NetworkPolicy
		pods   string
		want   map[string][]string
	}{
		"todo-kafka-network-policy-kafka": {c.KafkaNetworkPolicy(), "todo-kafka-kafka", map[string][]string{
			"TCP 9090": {"todo-kafka-kafka"},
			"TCP 9091": {"cluster-operator", "todo-kafka-kafka", "todo-kafka-entity-operator"},
			"TCP 8443": {"cluster-operator"},
			"TCP 9092": {},
		}},
		"todo-kafka-network-policy-zookeeper": {c.ZookeeperNetworkPolicy(), "todo-kafka-zookeeper", map[string][]string{
			"TCP 2888": {"todo-kafka-zookeeper"},
			"TCP 3888": {"todo-kafka-zookeeper"},
			"TCP 2181": {"todo-kafka-kafka", "todo-kafka-zookeeper", "todo-kafka-entity-operator", "cluster-operator"},
		}},
		"operator in another namespace": {away.KafkaNetworkPolicy(), "todo-kafka-kafka", map[string][]string{
			"TCP 9090": {"todo-kafka-kafka"},
			"TCP 9091": {"cluster-operator in operators", "todo-kafka-kafka", "todo-kafka-entity-operator"},
			"TCP 8443": {"cluster-operator in operators"},
			"TCP 9092": {},
		}},
		"listener with peers": {closed.KafkaNetworkPolicy(), "todo-kafka-kafka", map[string][]string{
			"TCP 9090": {"todo-kafka-kafka"},
			"TCP 9091": {"cluster-operator", "todo-kafka-kafka", "todo-kafka-entity-operator"},
			"TCP 8443": {"cluster-operator"},
			"TCP 9092": {"todo"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, describe(tc.policy)); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			if pods := tc.policy.Spec.PodSelector.MatchLabels["strimzi.io/name"]; pods != tc.pods {
				t.Errorf("protects %s, want %s", pods, tc.pods)
			}
			if len(tc.policy.Spec.PolicyTypes) != 1 || tc.policy.Spec.PolicyTypes[0] != networkingv1.PolicyTypeIngress {
				t.Errorf("types = %v", tc.policy.Spec.PolicyTypes)
			}
		})
	}
	if name := c.KafkaNetworkPolicy().Name; name != "todo-kafka-network-policy-kafka" {
		t.Errorf("name = %s", name)
	}
	if name := c.ZookeeperNetworkPolicy().Name; name != "todo-kafka-network-policy-zookeeper" {
		t.Errorf("name = %s", name)
	}
}
