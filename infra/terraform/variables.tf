# --- Account -----------------------------------------------------------------

variable "region" {
  description = "OCI region identifier, e.g. eu-frankfurt-1. Always Free resources exist in the tenancy's home region only."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,3}-[a-z]+-[0-9]$", var.region))
    error_message = "The region must be a region identifier such as eu-frankfurt-1; `oci iam region list` prints them."
  }
}

variable "compartment_id" {
  description = "OCID of the compartment that holds everything. Use one that holds nothing else: the sweep looks through all of it."
  type        = string

  validation {
    condition     = can(regex("^ocid1\\.(compartment|tenancy)\\.", var.compartment_id))
    error_message = "The compartment_id must be the OCID of a compartment (ocid1.compartment.…) or of the tenancy (ocid1.tenancy.…)."
  }
}

variable "tenancy_ocid" {
  description = "OCID of the tenancy; null reads it from the environment or ~/.oci/config."
  type        = string
  default     = null
}

variable "user_ocid" {
  description = "OCID of the API user; null reads it from the environment or ~/.oci/config."
  type        = string
  default     = null
}

variable "fingerprint" {
  description = "Fingerprint of the user's API signing key; null reads it from the environment or ~/.oci/config."
  type        = string
  default     = null
}

variable "private_key_path" {
  description = "Path of the user's API signing key in PEM (mode 0600); null reads it from the environment or ~/.oci/config."
  type        = string
  default     = null
}

# --- Run ---------------------------------------------------------------------

variable "run_id" {
  description = "Identifies the run that owns these resources; written to the tag assay-run."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,62}$", var.run_id))
    error_message = "The run_id may hold lower-case letters, digits and hyphens, at most 63 of them."
  }
}

variable "expires_at" {
  description = "When the sweep may delete the resources, RFC 3339 in UTC, e.g. 2026-03-01T06:00:00Z; written to the tag assay-expires."
  type        = string

  validation {
    condition     = can(formatdate("YYYY", var.expires_at)) && can(regex("Z$", var.expires_at))
    error_message = "The expires_at must be an RFC 3339 time in UTC, e.g. 2026-03-01T06:00:00Z."
  }
}

variable "extra_tags" {
  description = "More freeform tags for every resource that takes tags."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.extra_tags) : !startswith(key, "assay-")])
    error_message = "Tags that start with assay- are set by this configuration; choose other names."
  }
}
