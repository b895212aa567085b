// Package api holds the Go types of those Strimzi custom resources, and of
// those of their fields, that the stand-in operator honours: Kafka and
// KafkaTopic of kafka.strimzi.io/v1beta2 and StrimziPodSet of
// core.strimzi.io/v1beta2, as Strimzi 0.40.0 defines them.
//
// The CRDs themselves are not here: they are written by io.strimzi's own
// crd-generator when the chart is built. A field that the CRD knows and these
// types do not is never dropped in silence: decoding a spec collects it in
// Problems, and the operator refuses the resource with that text.
//
// +kubebuilder:object:generate=true
package api

//go:generate controller-gen object paths=.
