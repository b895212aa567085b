package render

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Pod is the pod that an object makes.
type Pod struct {
	// Owner is the object, for messages.
	Owner     string
	Namespace string
	Metadata  metav1.ObjectMeta
	Spec      corev1.PodSpec
}

// Containers returns the init containers and the containers.
func (p Pod) Containers() []corev1.Container {
	return append(append([]corev1.Container(nil), p.Spec.InitContainers...), p.Spec.Containers...)
}

// templatePaths are where kinds hold their pod's template.
var templatePaths = map[string][]string{
	"Pod":         {},
	"CronJob":     {"spec", "jobTemplate", "spec", "template"},
	"DaemonSet":   {"spec", "template"},
	"Deployment":  {"spec", "template"},
	"Job":         {"spec", "template"},
	"ReplicaSet":  {"spec", "template"},
	"StatefulSet": {"spec", "template"},
}

// Pods returns the pod of each object that makes some.
func Pods(objects []unstructured.Unstructured) ([]Pod, error) {
	var pods []Pod
	for _, object := range objects {
		path, ok := templatePaths[object.GetKind()]
		if !ok {
			continue
		}
		template, found, err := unstructured.NestedMap(object.Object, path...)
		if err != nil || !found {
			return nil, fmt.Errorf("%s has no pod template: found %v, %w", Name(object), found, err)
		}
		var decoded corev1.PodTemplateSpec
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(template, &decoded); err != nil {
			return nil, fmt.Errorf("decode the pod template of %s: %w", Name(object), err)
		}
		pods = append(pods, Pod{
			Owner: Name(object), Namespace: object.GetNamespace(), Metadata: decoded.ObjectMeta, Spec: decoded.Spec,
		})
	}
	return pods, nil
}
