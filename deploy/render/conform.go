package render

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Conform checks each object against the schema of its kind and returns one
// sentence for each that does not conform or has no schema. Schema files are
// written to dir.
func (s *Schemas) Conform(dir string, objects []unstructured.Unstructured) ([]string, error) {
	missing, err := s.Write(dir, objects)
	if err != nil {
		return nil, fmt.Errorf("write the schemas: %w", err)
	}
	var problems []string
	for _, gvk := range missing {
		problems = append(problems, fmt.Sprintf("there is no schema for %s %s: neither Kubernetes nor a chart "+
			"defines the kind", gvk.GroupVersion(), gvk.Kind))
	}
	checker, err := validator.New([]string{filepath.Join(dir, schemaLocation)}, validator.Opts{
		Strict: true, IgnoreMissingSchemas: true,
	})
	if err != nil {
		return nil, fmt.Errorf("load kubeconform: %w", err)
	}
	for _, object := range objects {
		raw, err := json.Marshal(withoutNulls(object.Object))
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", Name(object), err)
		}
		result := checker.ValidateResource(resource.Resource{Path: Name(object), Bytes: raw})
		if result.Status == validator.Invalid || result.Status == validator.Error {
			problems = append(problems, Name(object)+": "+detail(result.Err))
		}
	}
	return problems, nil
}

// detail is what kubeconform says about the object, without the schema's path.
func detail(err error) string {
	text := err.Error()
	if _, after, found := strings.Cut(text, ".json#' "); found {
		return after
	}
	return text
}
