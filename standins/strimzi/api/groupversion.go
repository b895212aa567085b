package api

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The two API groups of Strimzi 0.40.0.
var (
	KafkaGroupVersion = schema.GroupVersion{Group: "kafka.strimzi.io", Version: "v1beta2"}
	CoreGroupVersion  = schema.GroupVersion{Group: "core.strimzi.io", Version: "v1beta2"}
)

// AddToScheme registers Kafka, KafkaTopic and StrimziPodSet with their lists.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(KafkaGroupVersion, &Kafka{}, &KafkaList{}, &KafkaTopic{}, &KafkaTopicList{})
	metav1.AddToGroupVersion(scheme, KafkaGroupVersion)
	scheme.AddKnownTypes(CoreGroupVersion, &StrimziPodSet{}, &StrimziPodSetList{})
	metav1.AddToGroupVersion(scheme, CoreGroupVersion)
	return nil
}
