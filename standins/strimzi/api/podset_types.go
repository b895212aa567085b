package api

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// StrimziPodSet lists pods that must exist, each with its own spec.
//
// +kubebuilder:object:root=true
type StrimziPodSet struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   StrimziPodSetSpec   `json:"spec"`
	Status StrimziPodSetStatus `json:"status,omitempty"`
}

// StrimziPodSetList is a list of StrimziPodSet resources.
//
// +kubebuilder:object:root=true
type StrimziPodSetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []StrimziPodSet `json:"items"`
}

// StrimziPodSetSpec is the desired set.
type StrimziPodSetSpec struct {
	Selector metav1.LabelSelector `json:"selector"`
	Pods     []corev1.Pod         `json:"pods"`
}

// StrimziPodSetStatus counts the pods.
type StrimziPodSetStatus struct {
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	Pods               int32 `json:"pods"`
	ReadyPods          int32 `json:"readyPods"`
	// CurrentPods have the revision that the set asks for.
	CurrentPods int32 `json:"currentPods"`
}
