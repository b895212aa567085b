# Each credential left null falls back to the OCI_* environment and then to the
# profile in ~/.oci/config, so nothing secret has to be written into a tfvars file.
provider "oci" {
  region           = var.region
  tenancy_ocid     = var.tenancy_ocid
  user_ocid        = var.user_ocid
  fingerprint      = var.fingerprint
  private_key_path = var.private_key_path
}
