package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Schemas holds JSON Schemas (draft 4) by the kind that they describe. They are
// strict: a field that the API does not know is an error, as with kubectl
// --validate=strict.
type Schemas struct {
	openAPI string
	known   map[schema.GroupVersionKind]map[string]any
}

// NewSchemas reads Kubernetes' own kinds from the OpenAPI 3 documents that its
// source carries below api/openapi-spec/v3.
func NewSchemas(openAPI string) *Schemas {
	return &Schemas{openAPI: openAPI, known: map[schema.GroupVersionKind]map[string]any{}}
}

// AddDefinitions adds the kinds of the CustomResourceDefinitions among the
// objects. Rules written in CEL are not part of a JSON Schema and not checked.
func (s *Schemas) AddDefinitions(objects []unstructured.Unstructured) error {
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			continue
		}
		group, _, _ := unstructured.NestedString(object.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(object.Object, "spec", "names", "kind")
		versions, _, err := unstructured.NestedSlice(object.Object, "spec", "versions")
		if err != nil {
			return fmt.Errorf("read the versions of %s: %w", Name(object), err)
		}
		for _, version := range versions {
			version, ok := version.(map[string]any)
			if !ok {
				return fmt.Errorf("%s has a version that is no object", Name(object))
			}
			name, _, _ := unstructured.NestedString(version, "name")
			structural, found, err := unstructured.NestedMap(version, "schema", "openAPIV3Schema")
			if err != nil || !found {
				return fmt.Errorf("%s has no schema for version %s", Name(object), name)
			}
			converted, _ := strict(structural).(map[string]any)
			withTypeAndMetadata(converted)
			s.known[schema.GroupVersionKind{Group: group, Version: name, Kind: kind}] = converted
		}
	}
	return nil
}

// withTypeAndMetadata adds what every object has and a definition may leave out.
func withTypeAndMetadata(root map[string]any) {
	properties, ok := root["properties"].(map[string]any)
	if !ok {
		return
	}
	for name, kind := range map[string]string{"apiVersion": "string", "kind": "string", "metadata": "object"} {
		if _, ok := properties[name]; !ok {
			properties[name] = map[string]any{"type": kind}
		}
	}
}

// Write puts the schema of each kind among the objects into dir, under the name
// that schemaLocation gives it. Kinds without a schema are returned.
func (s *Schemas) Write(dir string, objects []unstructured.Unstructured) (missing []schema.GroupVersionKind, err error) {
	written := map[schema.GroupVersionKind]bool{}
	for _, object := range objects {
		gvk := object.GroupVersionKind()
		if written[gvk] {
			continue
		}
		written[gvk] = true
		content, err := s.find(gvk)
		if err != nil {
			return nil, err
		}
		if content == nil {
			missing = append(missing, gvk)
			continue
		}
		raw, err := json.Marshal(content)
		if err != nil {
			return nil, fmt.Errorf("encode the schema of %s: %w", gvk, err)
		}
		if err := os.WriteFile(filepath.Join(dir, schemaFile(gvk)), raw, 0o644); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// schemaLocation is kubeconform's template for the name of a schema's file.
// Objects of the core group have their version for a group there.
const schemaLocation = "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json"

func schemaFile(gvk schema.GroupVersionKind) string {
	return fmt.Sprintf("%s_%s_%s.json", strings.ToLower(gvk.Kind), firstOf(gvk.Group, gvk.Version), gvk.Version)
}

func (s *Schemas) find(gvk schema.GroupVersionKind) (map[string]any, error) {
	if content, ok := s.known[gvk]; ok {
		return content, nil
	}
	content, err := s.kubernetes(gvk)
	if err != nil {
		return nil, err
	}
	s.known[gvk] = content
	return content, nil
}

// kubernetes returns the schema of one of Kubernetes' own kinds, or nil.
func (s *Schemas) kubernetes(gvk schema.GroupVersionKind) (map[string]any, error) {
	name := "api__" + gvk.Version + "_openapi.json"
	if gvk.Group != "" {
		name = "apis__" + gvk.Group + "__" + gvk.Version + "_openapi.json"
	}
	raw, err := os.ReadFile(filepath.Join(s.openAPI, name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var document struct {
		Components struct {
			Schemas map[string]map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("decode Kubernetes' OpenAPI document %s: %w", name, err)
	}
	for title, component := range document.Components.Schemas {
		if describes(component, gvk) {
			return closure(title, document.Components.Schemas), nil
		}
	}
	return nil, nil
}

func describes(component map[string]any, gvk schema.GroupVersionKind) bool {
	kinds, _ := component["x-kubernetes-group-version-kind"].([]any)
	for _, entry := range kinds {
		entry, _ := entry.(map[string]any)
		if entry["group"] == gvk.Group && entry["version"] == gvk.Version && entry["kind"] == gvk.Kind {
			return true
		}
	}
	return false
}

// closure is a schema of its own: the named component with all that it refers to.
func closure(root string, components map[string]map[string]any) map[string]any {
	definitions := map[string]any{}
	pending := []string{root}
	for len(pending) > 0 {
		name := pending[0]
		pending = pending[1:]
		if _, done := definitions[name]; done {
			continue
		}
		referred := map[string]bool{}
		definitions[name] = relocate(strict(components[name]), referred)
		for next := range maps.Keys(referred) {
			pending = append(pending, next)
		}
	}
	return map[string]any{
		"allOf":       []any{map[string]any{"$ref": definitionPrefix + root}},
		"definitions": definitions,
	}
}
