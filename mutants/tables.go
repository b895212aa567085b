package mutants

import (
	"assay.dev/assay/spec"
)

// tables are what mutants can be for beside the tables of the specification. Lacks says
// what a specification lacks for which the table has no row.
var tables = map[string]struct {
	rows    func(*spec.Spec) []spec.Row
	missing string
}{
	"broken-events":     {brokenEvents, "No request of the load causes events of the family."},
	"broken-envelopes":  {brokenEnvelopes, "No request of the load causes an event."},
	"closed-families":   {closedFamilies, "No request causes events of the family, or its schema takes any member."},
	"caused-families":   {causedFamilies, "No request of the load causes events of the family."},
	"external-fields":   {externalFields, "Nobody outside of the platform publishes events of the family into a topic with dead letters."},
	"external-families": {externalFamilies, "Nobody outside of the platform publishes events of the family into a topic with dead letters."},
	"closed-externals":  {closedExternalFamilies, "No family of events from outside takes its own members alone."},
	"first-request":     {one(requests), "No request of the load causes an event."},
	"stored-events":     {one(storedEvents), "No request says what its events are equal to, or nothing of that can have another value."},
	"later-requests":    {one(laterRequests), "No topic of several partitions has events with a key that are not the first of theirs."},
	"known-events":      {func(s *spec.Spec) []spec.Row { return expected(s, first) }, "No request is known by such an event."},
	"labelled-events":   {func(s *spec.Spec) []spec.Row { return expected(s, labelled) }, "No request causes such an event."},
	"further-events":    {func(s *spec.Spec) []spec.Row { return expected(s, further) }, "No request causes such an event."},
	"counted-events":    {func(s *spec.Spec) []spec.Row { return expected(s, counted) }, "No request asks for such an event."},
	"said-members":      {statedMembers, "No event always says something that it could say otherwise."},
	"copied-members":    {copiedMembers, "No event copies something that it could say otherwise."},
	"dead-letters":      {one(deadLetters), "No topic takes the dead letters of events, so that no invalid event is published."},
	"all-faults":        {faults, "No fault is declared, or the specification lacks what it would hit."},
	"lifecycle":         {lifecycleTargets, "The experiment needs deployments behind the load's route, aimed at by a fault of action pod-failure, and with the evidence audit-query."},
	"cloud":             {cloudRow, "The specification has no VCN."},
	"first-component":   {one(func(s *spec.Spec) []spec.Row { return table(s, "components") }), "The specification has no Dapr component."},
	"secret-metadata":   {secretMetadata, "No Dapr component refers to a Secret."},
	"closed-component":  {closedComponents, "No application with a sidecar is outside of a component's scopes."},
	"scopes":            {scopes, "No pub/sub component scopes an application that lacks a topic of others' dead letters."},
	"dead-lettered":     {one(deadLettered), "No subscription names a topic for its dead letters."},
	"last-sidecar":      {func(s *spec.Spec) []spec.Row { return lastOf(table(s, "sidecars")) }, "No deployment has a sidecar."},
	"worker":            {worker, "The specification has no deployment."},
	"sidecar":           {sidecar, "No deployment has a sidecar."},
	"swapped-routes":    {swappedRoutes, "The specification has one service alone."},
	"front":             {ingressRow, "The specification has no ingress."},
	"crowded":           {one(crowdedWorkloads), "No Deployment beside the applications is in a namespace with a quota."},
	"app-quota":         {ofApplications, "The namespace of the applications has no quota."},
	"last-namespace":    {func(s *spec.Spec) []spec.Row { return lastOf(unprivileged(s)) }, "All namespaces let every pod in."},
	"last-topic":        {func(s *spec.Spec) []spec.Row { return lastOf(table(s, "topics")) }, "The specification has no topic."},
	"flow":              {one(flows), "The specification allows no connection from the applications into another namespace."},
	"egress":            {one(shutOut), "The specification refuses no connection where it begins."},
	"secluded":          {secluded, "The metadata service is hidden from no namespace."},
	"brokers":           {brokerRow, "The specification has no Kafka cluster."},
	"revision":          {revision, "The date of the revision stands several times in platform.yaml."},
	"written-claims":    {one(writtenClaims), "No claim of a text stands in a line of its own in cells.yaml."},
}

// one is a table of the first row of another one.
func one(of func(*spec.Spec) []spec.Row) func(*spec.Spec) []spec.Row {
	return func(s *spec.Spec) []spec.Row {
		all := of(s)
		return all[:min(1, len(all))]
	}
}

func ingressRow(s *spec.Spec) []spec.Row {
	if s.Ingress.Name == "" {
		return nil
	}
	return named(s.Ingress.Name, ingress{s.Ingress})
}

// rows are the rows of a table, and whether there is such a table.
func rows(s *spec.Spec, name string) ([]spec.Row, bool) {
	if own, known := tables[name]; known {
		return own.rows(s), true
	}
	return s.Rows(name)
}

// table is a table of the specification. An unknown one is a mistake in this package.
func table(s *spec.Spec, name string) []spec.Row {
	found, known := s.Rows(name)
	if !known {
		panic("mutants: the specification has no table " + name)
	}
	return found
}
