package audit

import (
	"slices"

	"assay.dev/assay/spec/document"
)

// The areas of the catalog that claims are about. A specification says which section of
// its document each of them is (areas in cells.yaml).
const (
	erdArea       = "entities"
	layoutArea    = "layout"
	clusterArea   = "cluster"
	poolArea      = "node-pool"
	vcnArea       = "network"
	kafkaArea     = "kafka"
	topicArea     = "topics"
	daprArea      = "dapr"
	deployArea    = "deployments"
	ingressArea   = "ingress"
	limitsArea    = "limits"
	quotasArea    = "quotas"
	lifecycleArea = "lifecycle"
	flowArea      = "event-flow"
	// eventsArea stands for the sections of all event families.
	eventsArea = "events"
)

// family is the area of an event family.
func familyArea(name string) string { return "event." + name }

// byAreas is a document whose sections are called as the areas that they are.
func byAreas(doc *document.Document, sections map[string]string) *document.Document {
	areas := map[string]string{}
	for area, section := range sections {
		if area != eventsArea {
			areas[section] = area
		}
	}
	return doc.Renamed(func(section string) string {
		if area, known := areas[section]; known {
			return area
		}
		return section
	})
}

// heading is the section of the document that an area is, or what it is called itself.
func (in Input) heading(area string) string {
	if section, known := in.Sections[area]; known {
		return section
	}
	return area
}

// headings are the sections of areas, each once.
func (in Input) headings(areas []string) []string {
	var all []string
	add := func(area string) {
		if heading := in.heading(area); !slices.Contains(all, heading) {
			all = append(all, heading)
		}
	}
	for _, area := range areas {
		if area != eventsArea {
			add(area)
			continue
		}
		for _, family := range in.Platform.Events {
			add(familyArea(family.Family))
		}
	}
	return all
}
