// Package config turns a snapshot of a cluster — Ingresses, IngressClasses,
// Services, EndpointSlices and TLS Secrets — into an NGINX configuration.
//
// The work is pure and goes in two steps: [Build] makes a [Model] (hosts,
// routes, upstreams, certificates, and the problems found on the way), and
// [Model.Bundle] makes the text of nginx.conf with the certificate files that
// it names. Nothing here reads a clock, a disk or the network; what is needed
// of those comes in by [Options].
//
// The rules are those of networking.k8s.io/v1 Ingress
// (https://kubernetes.io/docs/concepts/services-networking/ingress/); README.md
// in the parent folder lists what is honoured and what is not.
package config
