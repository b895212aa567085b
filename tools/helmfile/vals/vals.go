// Package vals stands in for the library by which helmfile fetches secrets from
// the stores of fifteen clouds. Nothing that is deployed here refers to one, and
// the clients of those stores are two thirds of what helmfile is compiled of.
// A reference to a secret is refused, never passed on as if it were the secret.
package vals

import (
	"fmt"
	"strings"
)

// Options are those of a Runtime.
type Options struct{ CacheSize int }

// Evaluator replaces references to secrets by the secrets.
type Evaluator interface {
	Eval(values map[string]any) (map[string]any, error)
}

// Runtime is an Evaluator that knows no store.
type Runtime struct{}

// New returns a Runtime.
func New(Options) (*Runtime, error) { return &Runtime{}, nil }

// Eval returns values as helmfile wants them, lists as []any, and an error if
// one of them refers to a secret.
func (r *Runtime) Eval(values map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(values))
	for key, value := range values {
		plain, err := evaluate(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		out[key] = plain
	}
	return out, nil
}

func evaluate(value any) (any, error) {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "ref+") || strings.Contains(v, "secretref+") {
			return nil, fmt.Errorf("%q: this helmfile fetches no secrets; name a Kubernetes Secret instead", v)
		}
		return v, nil
	case []string:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = item
		}
		return evaluate(list)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			plain, err := evaluate(item)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	case map[string]any:
		return new(Runtime).Eval(v)
	case map[any]any:
		plain := make(map[string]any, len(v))
		for key, item := range v {
			plain[fmt.Sprint(key)] = item
		}
		return new(Runtime).Eval(plain)
	}
	return value, nil
}
