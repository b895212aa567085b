// Package ingress is the folder of the ingress stand-in: an Ingress controller
// for the class nginx whose data plane is Debian's NGINX. README.md tells what
// it honours; chart/ installs it, cmd/nginx-standin is its one binary.
package ingress
