package render

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	psa "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// unlabelled is what holds in a namespace without labels.
var unlabelled = psa.Policy{
	Enforce: psa.LevelVersion{Level: psa.LevelPrivileged, Version: psa.LatestVersion()},
	Audit:   psa.LevelVersion{Level: psa.LevelPrivileged, Version: psa.LatestVersion()},
	Warn:    psa.LevelVersion{Level: psa.LevelPrivileged, Version: psa.LatestVersion()},
}

// PodSecurity reports the pods that their namespace's enforced level would
// refuse, one sentence each. Levels are read from the labels of the Namespaces
// among the objects; a namespace that is not among them enforces nothing.
func PodSecurity(objects []unstructured.Unstructured) ([]string, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, fmt.Errorf("load the Pod Security Standards: %w", err)
	}
	levels := map[string]psa.LevelVersion{}
	for _, object := range objects {
		if object.GetKind() != "Namespace" {
			continue
		}
		enforced, problems := psa.PolicyToEvaluate(object.GetLabels(), unlabelled)
		if err := problems.ToAggregate(); err != nil {
			return nil, fmt.Errorf("read the Pod Security labels of %s: %w", Name(object), err)
		}
		levels[object.GetName()] = enforced.Enforce
	}
	pods, err := Pods(objects)
	if err != nil {
		return nil, err
	}
	var refused []string
	for _, pod := range pods {
		level, ok := levels[pod.Namespace]
		if !ok {
			continue
		}
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &pod.Metadata, &pod.Spec))
		if !result.Allowed {
			refused = append(refused, fmt.Sprintf("%s does not satisfy %s: %s", pod.Owner, level, result.ForbiddenDetail()))
		}
	}
	return refused, nil
}
