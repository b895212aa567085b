// Package suites holds the checks, one behaviour a file: suites/provisioning,
// suites/quotas, suites/eventing and suites/chaos judge a platform that is up,
// suites/provisioning/oci the cloud that Terraform makes. suites/platform looks
// whether what was brought up is the real thing before anything is evaluated on it.
package suites
