package audit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/document"
)

// documentClaims are about what the document says twice, or not at all.
func documentClaims() []claim {
	return []claim{
		{"AUD-044", Contradiction, "Dapr components have other names in the drawing than in the table",
			[]string{layoutArea, daprArea},
			"Applications name components in every call. The table wins.",
			componentNames},
		{"AUD-045", Contradiction, "Topics have other partition counts in the drawing than in the table",
			[]string{layoutArea, topicArea},
			"The table would win.",
			partitionCounts},
		{"AUD-046", Gap, "The service that serves browsers has no route",
			[]string{ingressArea, topicArea, deployArea},
			"Real-time events end inside the cluster. The frontend has to pass the connection on, since the routes are exactly two (ingress.routes).",
			unroutedWebSocket},
		{"AUD-047", Gap, "Routes lead to Services that are no entity",
			[]string{ingressArea, deployArea},
			"A Service per deployment with its port is derived from the routing table and the app ports.",
			serviceEntities},
		{"AUD-048", Gap, "Attributes have no value",
			[]string{clusterArea, poolArea, vcnArea, kafkaArea, topicArea, daprArea, deployArea, ingressArea},
			"What the specification leaves open is decided in platform.yaml, each time with the reason (derived).",
			attributesWithoutValue},
	}
}

func componentNames(in Input, w *proof) bool {
	table, _ := in.Document.Table(daprArea, "Components")
	names := table.Column("Name")
	differ := 0
	for _, text := range in.Document.Texts(layoutArea) {
		name, ok := strings.CutPrefix(text, "- ")
		if !ok {
			continue
		}
		if slices.Contains(names, name) {
			w.line("%s: the same in both", name)
			continue
		}
		w.line("%s: drawn, not in the table", name)
		differ++
	}
	w.line("the table has %s", strings.Join(names, ", "))
	return differ > 0
}

func partitionCounts(in Input, w *proof) bool {
	drawn := ""
	for _, text := range in.Document.Texts(layoutArea) {
		if list, ok := strings.CutPrefix(text, "Topics: "); ok {
			drawn = list
		}
	}
	table, _ := in.Document.Table(topicArea, "Topics")
	var parts []string
	for i, name := range table.Column("Name") {
		parts = append(parts, fmt.Sprintf("%s (%sp)", name, table.Column("Partitions")[i]))
	}
	listed := strings.Join(parts, ", ")
	w.line("drawn:  %s", drawn)
	w.line("listed: %s", listed)
	return drawn != listed
}

func unroutedWebSocket(in Input, w *proof) bool {
	p := in.Platform
	unrouted := false
	for _, s := range p.Dapr.Subscriptions {
		if p.Shown(s.App, s.Topic).Kind != spec.WebSocket {
			continue
		}
		w.line("%s carries: %s", s.Topic, p.Topic(s.Topic).Purpose)
		routed := false
		for _, r := range p.Ingress.Paths {
			w.line("route %s → %s:%d", r.Path, r.Service, r.Port)
			routed = routed || r.Service == s.App
		}
		w.line("routes to its consumer %s: %v", s.App, routed)
		unrouted = unrouted || !routed
	}
	return unrouted
}

func serviceEntities(in Input, w *proof) bool {
	table, _ := in.Document.Table(ingressArea, "Routing")
	services := table.Column("Service")
	w.line("Services that routes lead to: %s", strings.Join(services, ", "))
	for _, section := range in.Document.Sections {
		if entity.MatchString(section) && strings.Contains(section, "Service") {
			w.line("entity: %s", section)
			return false
		}
	}
	w.line("entities called Service: 0")
	return len(services) > 0
}

var (
	entity = regexp.MustCompile(`^[0-9]+\. `)
	value  = regexp.MustCompile("`[^`]+`|\\([^()]+\\)$")
)

// attributesWithoutValue counts the attributes whose description names no
// value, neither in backticks nor in parentheses at its end. Attributes that a
// table below gives values for are known by its columns.
func attributesWithoutValue(in Input, w *proof) bool {
	columns := map[string][]string{
		topicArea:   {"name", "partitions", "retention_ms"},
		daprArea:    {"name", "type"},
		deployArea:  {"name", "namespace", "dapr_app_id", "dapr_app_port", "dapr_enabled"},
		ingressArea: {"paths"},
	}
	open, all := 0, 0
	for _, table := range in.Document.Tables {
		if table.Label != "" || !slices.Contains(table.Header, "Attribute") {
			continue
		}
		names := withoutValue(table, columns[table.Section])
		all += len(table.Rows)
		open += len(names)
		if len(names) > 0 {
			w.line("%s: %s", in.heading(table.Section), strings.Join(names, ", "))
		}
	}
	w.line("%d of %d attributes have no value", open, all)
	return open > 0
}

func withoutValue(table document.Table, known []string) []string {
	var names []string
	for i, name := range table.Column("Attribute") {
		if !slices.Contains(known, name) && !value.MatchString(table.Column("Description")[i]) {
			names = append(names, name)
		}
	}
	return names
}
