package oci

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"assay.dev/assay/infra/ociapi"
	"assay.dev/assay/spec"
)

func securityChecks(run *applied) {
	p.It("network.security-list.own", func(ctx SpecContext) {
		public := run.subnet(ctx, spec.Public).Strings("securityListIds")
		private := run.subnet(ctx, spec.Private).Strings("securityListIds")
		Expect(public).NotTo(BeEmpty())
		Expect(private).NotTo(BeEmpty())
		for _, list := range append(append([]string{}, public...), run.vcn(ctx).String("defaultSecurityListId")) {
			Expect(private).NotTo(ContainElement(list), "lists that both subnets or the VCN's default share")
		}
		Expect(public).NotTo(ContainElement(run.vcn(ctx).String("defaultSecurityListId")))
	})
	p.It("network.security-list.rules", func(ctx SpecContext) {
		for _, tier := range []spec.Tier{spec.Public, spec.Private} {
			Expect(run.rules(ctx, tier)).To(ConsistOf(wantedRules(tier)), "rules of the %s subnet", tier)
		}
	})
	p.It("network.security-list.closed", func(ctx SpecContext) {
		for _, list := range run.lists(ctx, spec.Private) {
			for _, rule := range list.Objects("ingressSecurityRules") {
				if rule.String("source") == everywhere {
					Expect(ruleText(spec.IngressRule, rule)).To(Equal("ingress icmp 0.0.0.0/0 type 3 code 4"))
				}
			}
		}
	})
}

// lists are a subnet's security lists.
func (c *cloud) lists(ctx context.Context, tier spec.Tier) []ociapi.Object {
	GinkgoHelper()
	var lists []ociapi.Object
	for _, id := range c.subnet(ctx, tier).Strings("securityListIds") {
		list, err := c.api.Get(ctx, ociapi.SecurityList, id)
		Expect(err).NotTo(HaveOccurred())
		lists = append(lists, list)
	}
	return lists
}

// rules of all of a subnet's lists, as text.
func (c *cloud) rules(ctx context.Context, tier spec.Tier) []string {
	GinkgoHelper()
	var rules []string
	for _, list := range c.lists(ctx, tier) {
		for _, rule := range list.Objects("ingressSecurityRules") {
			rules = append(rules, ruleText(spec.IngressRule, rule))
		}
		for _, rule := range list.Objects("egressSecurityRules") {
			rules = append(rules, ruleText(spec.EgressRule, rule))
		}
	}
	return rules
}

// ruleText is one line for a rule of the API. Everything that widens or narrows
// the rule is in it.
func ruleText(direction spec.Direction, rule ociapi.Object) string {
	protocols := map[string]string{"all": "all", "1": "icmp", "6": "tcp", "17": "udp"}
	text := fmt.Sprintf("%s %s %s", direction, protocols[rule.String("protocol")], peerName(rule.String("source")+rule.String("destination")))
	if rule.Bool("isStateless") {
		text += " stateless"
	}
	for _, options := range []string{"tcpOptions", "udpOptions"} {
		if ports := rule.Object(options).Object("destinationPortRange"); ports != nil {
			text += fmt.Sprintf(" to %.0f-%.0f", ports.Number("min"), ports.Number("max"))
		}
		if ports := rule.Object(options).Object("sourcePortRange"); ports != nil {
			text += fmt.Sprintf(" from %.0f-%.0f", ports.Number("min"), ports.Number("max"))
		}
	}
	if icmp := rule.Object("icmpOptions"); icmp != nil {
		text += fmt.Sprintf(" type %.0f code %.0f", icmp.Number("type"), icmp.Number("code"))
	}
	return text
}

// wantedRules are the specification's rules in the same form.
func wantedRules(tier spec.Tier) []string {
	peers := map[spec.Peer]string{
		spec.PeerInternet: everywhere, spec.PeerServices: "Oracle services",
		spec.PeerPublic: p.Spec.Subnet(spec.Public).CIDRBlock.String(), spec.PeerPrivate: p.Spec.Subnet(spec.Private).CIDRBlock.String(),
	}
	var wanted []string
	for _, rule := range oci.SecurityRules {
		if rule.Subnet != tier {
			continue
		}
		text := fmt.Sprintf("%s %s %s", rule.Direction, rule.Protocol, peers[rule.Peer])
		if rule.PortMin != 0 {
			text += fmt.Sprintf(" to %d-%d", rule.PortMin, rule.PortMax)
		}
		if rule.Protocol == spec.ICMP {
			text += fmt.Sprintf(" type %d code %d", rule.ICMPType, rule.ICMPCode)
		}
		wanted = append(wanted, text)
	}
	return wanted
}
