// Package render shows what helmfile would install, without a cluster, and
// judges it: against the schemas of Kubernetes and of the custom resource
// definitions that the charts bring along, and against the Pod Security level of
// each namespace. It also lists every image that the manifests refer to.
package render
