package render

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Images returns the image references in the objects, sorted, each once: those
// of fields named image, and those that controllers are given for the pods that
// they make, in environment variables. One whose name ends in IMAGE holds a
// reference, one in IMAGES a version=reference for each version. Definitions
// are left out: what they hold are descriptions.
func Images(objects []unstructured.Unstructured) []string {
	found := map[string]bool{}
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			collectImages(object.Object, found)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func collectImages(value any, found map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			collectImages(item, found)
		}
	case map[string]any:
		if image, ok := value["image"].(string); ok && image != "" {
			found[image] = true
		}
		name, _ := value["name"].(string)
		text, _ := value["value"].(string)
		if strings.HasSuffix(name, "IMAGE") && text != "" {
			found[text] = true
		}
		if strings.HasSuffix(name, "IMAGES") {
			for _, entry := range strings.Fields(text) {
				if _, image, ok := strings.Cut(entry, "="); ok {
					found[image] = true
				}
			}
		}
		for _, item := range value {
			collectImages(item, found)
		}
	}
}
