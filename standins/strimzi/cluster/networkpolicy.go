package cluster

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// KafkaNetworkPolicy opens client listeners to everyone, or to the peers that a
// listener names, and the other ports to brokers and operators only.
func (c *Cluster) KafkaNetworkPolicy() *networkingv1.NetworkPolicy {
	brokers := c.peer(KafkaName(c.Name))
	rules := []networkingv1.NetworkPolicyIngressRule{
		ingress([]networkingv1.NetworkPolicyPeer{brokers}, ControlPlanePort),
		ingress([]networkingv1.NetworkPolicyPeer{c.clusterOperatorPeer(), brokers,
			c.peer(EntityOperatorName(c.Name))}, ReplicationPort),
		ingress([]networkingv1.NetworkPolicyPeer{c.clusterOperatorPeer()}, agentPort),
	}
	for _, l := range c.Listeners {
		rules = append(rules, ingress(l.NetworkPolicyPeers, l.Port))
	}
	return c.networkPolicy(KafkaNetworkPolicyName(c.Name), KafkaName(c.Name), typeKafka, rules)
}

// ZookeeperNetworkPolicy opens the ensemble's ports to its servers, and its
// client port to brokers and operators too.
func (c *Cluster) ZookeeperNetworkPolicy() *networkingv1.NetworkPolicy {
	servers := c.peer(ZookeeperName(c.Name))
	return c.networkPolicy(ZookeeperNetworkPolicyName(c.Name), ZookeeperName(c.Name), typeZookeeper,
		[]networkingv1.NetworkPolicyIngressRule{
			ingress([]networkingv1.NetworkPolicyPeer{servers}, zookeeperClusteringPort, zookeeperElectionPort),
			ingress([]networkingv1.NetworkPolicyPeer{c.peer(KafkaName(c.Name)), servers,
				c.peer(EntityOperatorName(c.Name)), c.clusterOperatorPeer()}, zookeeperClientPort),
		})
}

func (c *Cluster) networkPolicy(name, component, componentType string,
	rules []networkingv1.NetworkPolicyIngressRule,
) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: c.meta(name, c.labels(component, componentType)),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: c.selector(component)},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress:     rules,
		},
	}
}

// peer is the pods of a component, in the cluster's own namespace.
func (c *Cluster) peer(component string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{MatchLabels: c.selector(component)}}
}

func (c *Cluster) clusterOperatorPeer() networkingv1.NetworkPolicyPeer {
	peer := networkingv1.NetworkPolicyPeer{
		PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{LabelKind: kindClusterOperator}},
	}
	if c.operatorNamespace != c.Namespace {
		peer.NamespaceSelector = &metav1.LabelSelector{
			MatchLabels: map[string]string{corev1.LabelMetadataName: c.operatorNamespace},
		}
	}
	return peer
}

func ingress(from []networkingv1.NetworkPolicyPeer, ports ...int32) networkingv1.NetworkPolicyIngressRule {
	rule := networkingv1.NetworkPolicyIngressRule{From: from}
	for _, port := range ports {
		rule.Ports = append(rule.Ports, networkingv1.NetworkPolicyPort{
			Protocol: ptr(corev1.ProtocolTCP),
			Port:     ptr(intstr.FromInt32(port)),
		})
	}
	return rule
}
