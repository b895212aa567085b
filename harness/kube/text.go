package kube

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

// Amount writes a quantity by its value alone: 536870912, 524288Ki and 512Mi are the same
// amount, and become the same text.
func Amount(q resource.Quantity) string {
	switch {
	case q.Value() != 0 && q.Value()%1024 == 0 && q.MilliValue()%1000 == 0:
		return resource.NewQuantity(q.Value(), resource.BinarySI).String()
	case q.MilliValue()%1000 == 0:
		return resource.NewQuantity(q.Value(), resource.DecimalSI).String()
	}
	return resource.NewMilliQuantity(q.MilliValue(), resource.DecimalSI).String()
}

// YAML writes an object, or anything else that has a JSON form, as people read
// it: without the bookkeeping of server-side apply, and with the values of
// Secrets replaced by their sizes.
func YAML(object any) string {
	content, err := json.Marshal(object)
	if err != nil {
		return fmt.Sprintf("cannot be written as YAML: %v\n", err)
	}
	var tree any
	if err := json.Unmarshal(content, &tree); err != nil {
		return fmt.Sprintf("cannot be written as YAML: %v\n", err)
	}
	secret := false // what a typed client returns does not name its kind
	switch object.(type) {
	case corev1.Secret, *corev1.Secret, []corev1.Secret, corev1.SecretList, *corev1.SecretList:
		secret = true
	}
	prune(tree, secret)
	text, err := yaml.Marshal(tree)
	if err != nil {
		return fmt.Sprintf("cannot be written as YAML: %v\n", err)
	}
	return string(text)
}

// prune removes noise from every object in a tree and values from Secrets.
func prune(tree any, secret bool) {
	switch node := tree.(type) {
	case []any:
		for _, item := range node {
			prune(item, secret)
		}
	case map[string]any:
		if node["kind"] == "Secret" {
			secret = true
		}
		if meta, ok := node["metadata"].(map[string]any); ok {
			delete(meta, "managedFields")
			if notes, ok := meta["annotations"].(map[string]any); ok {
				// It repeats the object, a Secret's values included.
				delete(notes, corev1.LastAppliedConfigAnnotation)
			}
		}
		for key, value := range node {
			if values, ok := value.(map[string]any); ok && secret && (key == "data" || key == "stringData") {
				for name, hidden := range values {
					values[name] = fmt.Sprintf("<%d characters>", len(fmt.Sprint(hidden)))
				}
				continue
			}
			prune(value, secret)
		}
	}
}
