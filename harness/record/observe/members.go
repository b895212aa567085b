package observe

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/IBM/sarama"

	"assay.dev/assay/harness/history"
)

// membership is a group as it was at the last look.
type membership struct {
	entry history.Group
	// assigned is what each member was assigned.
	assigned map[string][]byte
}

func (m membership) empty() bool { return len(m.entry.Members) == 0 }

// describe asks for the members of all groups and records the groups that changed. It
// returns the groups that had no member at this look and at the one before, and none
// between them: who moves their offsets is not of the group.
func (g *Groups) describe() (map[string]bool, error) {
	described, err := g.admin.DescribeConsumerGroups(slices.Sorted(maps.Keys(g.options.Topics)))
	if err != nil {
		return nil, fmt.Errorf("describe the groups: %w", err)
	}
	deserted := map[string]bool{}
	for _, d := range described {
		if err := kafkaError(d.Err); err != nil {
			return nil, fmt.Errorf("describe group %s: %w", d.GroupId, err)
		}
		coordinator, err := g.client.Coordinator(d.GroupId)
		if err != nil {
			return nil, fmt.Errorf("coordinator of group %s: %w", d.GroupId, err)
		}
		now := membershipOf(d, coordinator.ID())
		before, known := g.members[d.GroupId]
		now.entry.Generation = before.entry.Generation
		if !known || !maps.EqualFunc(now.assigned, before.assigned, bytes.Equal) {
			now.entry.Generation++
		}
		deserted[d.GroupId] = known && now.empty() && before.empty()
		g.members[d.GroupId] = now
		if known && sameGroup(now.entry, before.entry) {
			continue
		}
		now.entry.Seen = g.log.Now()
		if err := g.log.Write(now.entry); err != nil && g.failed == nil {
			g.failed = err
		}
	}
	return deserted, nil
}

func membershipOf(d *sarama.GroupDescription, coordinator int32) membership {
	m := membership{assigned: map[string][]byte{}}
	for id, member := range d.Members {
		m.assigned[id] = member.MemberAssignment
	}
	m.entry = history.Group{Group: d.GroupId, State: d.State, Coordinator: coordinator, Members: slices.Sorted(maps.Keys(m.assigned))}
	return m
}

// sameGroup reports whether nothing of a group changed but the moment.
func sameGroup(a, b history.Group) bool {
	return a.State == b.State && a.Generation == b.Generation && a.Coordinator == b.Coordinator && slices.Equal(a.Members, b.Members)
}
