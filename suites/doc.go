// Package suites holds the checks, one behaviour a file: suites/provisioning,
// suites/quotas, suites/eventing and suites/chaos judge a platform that is up,
// suites/provisioning/oci the cloud that Terraform makes.
package suites
