// Package ocisim emulates the part of the Oracle Cloud Infrastructure API that
// infra/terraform uses: networking, Container Engine for Kubernetes (OKE),
// Autonomous Database, and the load balancers and volumes that a cluster leaves
// behind. Terraform's real provider and Oracle's SDK talk to it unchanged.
//
// It checks what the service checks as far as a configuration can get it wrong:
// request signatures, CIDR and reference rules, deletion of what is in use. Long
// operations are work requests that finish later. Tests add faults, change
// resources behind Terraform's back and read a log of every call.
//
// Shapes and rules follow the service's API reference
// (https://docs.oracle.com/en-us/iaas/api/), versions 20160918 and 20180222.
package ocisim
