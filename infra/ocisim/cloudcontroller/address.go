package cloudcontroller

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var everything = labels.Everything()

// current is the address that a Service has, empty without one.
func current(service *corev1.Service) string {
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		return ingress.IP
	}
	return ""
}

// address returns that of a node which takes in what is for a Service: the present
// one while it does, else the first by name, or none.
func (c *controller) address(service *corev1.Service) (string, error) {
	candidates, err := c.nodes.List(everything)
	if err != nil {
		return "", fmt.Errorf("list the nodes: %w", err)
	}
	local := service.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal
	serving, err := c.serving(service)
	if err != nil {
		return "", err
	}
	var addresses []string
	slices.SortFunc(candidates, func(a, b *corev1.Node) int { return strings.Compare(a.Name, b.Name) })
	for _, node := range candidates {
		if ip := internalIP(node); ip != "" && ready(node) && (!local || serving[node.Name]) {
			addresses = append(addresses, ip)
		}
	}
	if len(addresses) == 0 || len(serving) == 0 {
		return "", nil
	}
	if now := current(service); slices.Contains(addresses, now) {
		return now, nil
	}
	return addresses[0], nil
}

// serving are the names of the nodes that have ready pods of a Service.
func (c *controller) serving(service *corev1.Service) (map[string]bool, error) {
	selector := labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name})
	found, err := c.slices.EndpointSlices(service.Namespace).List(selector)
	if err != nil {
		return nil, fmt.Errorf("list the endpoints: %w", err)
	}
	names := map[string]bool{}
	for _, slice := range found {
		for _, endpoint := range slice.Endpoints {
			if endpoint.NodeName != nil && (endpoint.Conditions.Ready == nil || *endpoint.Conditions.Ready) {
				names[*endpoint.NodeName] = true
			}
		}
	}
	return names, nil
}

func internalIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

func ready(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
