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

# --- Network -----------------------------------------------------------------

variable "vcn_name" {
  description = "Display name of the VCN."
  type        = string
  default     = "todo-vcn"
}

variable "vcn_cidr" {
  description = "IPv4 range of the VCN, prefix length /16 to /30."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition = (
      can(cidrhost(var.vcn_cidr, 0)) &&
      try(cidrhost(var.vcn_cidr, 0) == split("/", var.vcn_cidr)[0], false) &&
      try(tonumber(split("/", var.vcn_cidr)[1]) >= 16 && tonumber(split("/", var.vcn_cidr)[1]) <= 30, false)
    )
    error_message = "The vcn_cidr must be an IPv4 network of /16 to /30 with no host bits set, e.g. 10.0.0.0/16."
  }
}

variable "vcn_dns_label" {
  description = "DNS label of the VCN: letters and digits, starting with a letter, at most 15."
  type        = string
  default     = "todovcn"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,14}$", var.vcn_dns_label))
    error_message = "The vcn_dns_label must start with a letter and hold at most 15 lower-case letters and digits."
  }
}

variable "public_subnet_cidr" {
  description = "IPv4 range of the public subnet (API endpoint and load balancers); must lie inside vcn_cidr."
  type        = string
  default     = "10.0.0.0/24"

  validation {
    condition     = can(cidrhost(var.public_subnet_cidr, 0)) && try(cidrhost(var.public_subnet_cidr, 0) == split("/", var.public_subnet_cidr)[0], false)
    error_message = "The public_subnet_cidr must be an IPv4 network with no host bits set, e.g. 10.0.0.0/24."
  }

  # A network lies inside another when it is not larger and both have the same
  # network address at the larger one's prefix length.
  validation {
    condition = try(
      tonumber(split("/", var.public_subnet_cidr)[1]) >= tonumber(split("/", var.vcn_cidr)[1]) &&
      cidrhost("${split("/", var.public_subnet_cidr)[0]}/${split("/", var.vcn_cidr)[1]}", 0) == cidrhost(var.vcn_cidr, 0),
      false
    )
    error_message = "The public_subnet_cidr must lie inside vcn_cidr."
  }
}

variable "private_subnet_cidr" {
  description = "IPv4 range of the private subnet (worker nodes); must lie inside vcn_cidr and not overlap public_subnet_cidr."
  type        = string
  default     = "10.0.1.0/24"

  validation {
    condition     = can(cidrhost(var.private_subnet_cidr, 0)) && try(cidrhost(var.private_subnet_cidr, 0) == split("/", var.private_subnet_cidr)[0], false)
    error_message = "The private_subnet_cidr must be an IPv4 network with no host bits set, e.g. 10.0.1.0/24."
  }

  validation {
    condition = try(
      tonumber(split("/", var.private_subnet_cidr)[1]) >= tonumber(split("/", var.vcn_cidr)[1]) &&
      cidrhost("${split("/", var.private_subnet_cidr)[0]}/${split("/", var.vcn_cidr)[1]}", 0) == cidrhost(var.vcn_cidr, 0),
      false
    )
    error_message = "The private_subnet_cidr must lie inside vcn_cidr."
  }

  # Two networks overlap exactly when their addresses agree at the shorter of the two prefixes.
  validation {
    condition = try(
      cidrhost("${split("/", var.private_subnet_cidr)[0]}/${min(tonumber(split("/", var.private_subnet_cidr)[1]), tonumber(split("/", var.public_subnet_cidr)[1]))}", 0) !=
      cidrhost("${split("/", var.public_subnet_cidr)[0]}/${min(tonumber(split("/", var.private_subnet_cidr)[1]), tonumber(split("/", var.public_subnet_cidr)[1]))}", 0),
      false
    )
    error_message = "The private_subnet_cidr must not overlap public_subnet_cidr."
  }
}

variable "api_allowed_cidrs" {
  description = "Who may reach the Kubernetes API on 6443. The default is open because hosted runners have no fixed address; narrow it for a cluster that stays."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.api_allowed_cidrs) > 0 && alltrue([for cidr in var.api_allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "The api_allowed_cidrs must hold at least one CIDR, e.g. 203.0.113.7/32."
  }
}

variable "ingress_allowed_cidrs" {
  description = "Who may reach the application's load balancer on 80 and 443."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.ingress_allowed_cidrs) > 0 && alltrue([for cidr in var.ingress_allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "The ingress_allowed_cidrs must hold at least one CIDR, e.g. 0.0.0.0/0."
  }
}

# --- Cluster -----------------------------------------------------------------

variable "cluster_name" {
  description = "Name of the OKE cluster."
  type        = string
  default     = "todo-oke-cluster"
}

variable "kubernetes_version" {
  description = "Kubernetes version: a minor release such as 1.34, of which the newest patch that OKE offers is taken, or an exact one such as v1.34.1."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^v?1\\.[0-9]+(\\.[0-9]+)?$", var.kubernetes_version))
    error_message = "The kubernetes_version must look like 1.34 or v1.34.1."
  }
}

variable "is_api_endpoint_public" {
  description = "Whether the Kubernetes API endpoint gets a public address. A private one needs a bastion or a runner inside the VCN."
  type        = bool
  default     = true
}

variable "pods_cidr" {
  description = "Overlay range of pods; must not overlap the VCN."
  type        = string
  default     = "10.244.0.0/16"

  validation {
    condition     = can(cidrhost(var.pods_cidr, 0))
    error_message = "The pods_cidr must be an IPv4 network, e.g. 10.244.0.0/16."
  }
}

variable "services_cidr" {
  description = "Range of cluster IPs; must not overlap the VCN or pods_cidr."
  type        = string
  default     = "10.96.0.0/16"

  validation {
    condition     = can(cidrhost(var.services_cidr, 0))
    error_message = "The services_cidr must be an IPv4 network, e.g. 10.96.0.0/16."
  }
}

# --- Node pool ---------------------------------------------------------------

variable "node_pool_name" {
  description = "Name of the node pool."
  type        = string
  default     = "todo-node-pool"
}

variable "node_shape" {
  description = "Shape of the worker nodes. The image filter takes aarch64 images, so the shape must be an Arm one."
  type        = string
  default     = "VM.Standard.A1.Flex"

  validation {
    condition     = can(regex("^VM\\.Standard\\.A[0-9]+\\.Flex$", var.node_shape))
    error_message = "The node_shape must be a flexible Arm shape such as VM.Standard.A1.Flex."
  }
}

variable "node_ocpus" {
  description = "OCPUs of each node."
  type        = number
  default     = 2

  validation {
    condition     = var.node_ocpus >= 1 && var.node_ocpus == floor(var.node_ocpus)
    error_message = "The node_ocpus must be a whole number of at least 1."
  }
}

variable "node_memory_gb" {
  description = "Memory of each node in GB; A1 takes 1 to 64 per OCPU."
  type        = number
  default     = 8

  validation {
    condition     = var.node_memory_gb >= var.node_ocpus && var.node_memory_gb <= 64 * var.node_ocpus
    error_message = "The node_memory_gb must lie between 1 and 64 GB for each OCPU."
  }
}

variable "node_pool_size" {
  description = "Number of worker nodes, 1 or 2. One fits the Always Free allowance of 2026, two exceed it (see `assay cost`)."
  type        = number
  default     = 1

  validation {
    condition     = contains([1, 2], var.node_pool_size)
    error_message = "The node_pool_size must be 1 or 2."
  }
}

variable "boot_volume_size_gb" {
  description = "Boot volume of each node in GB; 50 is the smallest that OCI makes."
  type        = number
  default     = 50

  validation {
    condition     = var.boot_volume_size_gb >= 50 && var.boot_volume_size_gb <= 32768
    error_message = "The boot_volume_size_gb must lie between 50 and 32768."
  }
}

variable "ssh_public_key" {
  description = "SSH public key for the nodes' opc user; null leaves SSH off."
  type        = string
  default     = null
}

# --- Autonomous Database -----------------------------------------------------

variable "adb_name" {
  description = "Database name of the Autonomous Database: starts with a letter, letters and digits, at most 14."
  type        = string
  default     = "tododb"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9]{0,13}$", var.adb_name))
    error_message = "The adb_name must start with a letter and hold at most 14 letters and digits."
  }
}

variable "adb_admin_password" {
  description = "Password of ADMIN: 12 to 30 characters with an upper-case letter, a lower-case letter and a digit; neither a double quote nor the word admin. Set it as TF_VAR_adb_admin_password, never on a command line."
  type        = string
  sensitive   = true

  validation {
    condition = (
      length(var.adb_admin_password) >= 12 && length(var.adb_admin_password) <= 30 &&
      can(regex("[A-Z]", var.adb_admin_password)) &&
      can(regex("[a-z]", var.adb_admin_password)) &&
      can(regex("[0-9]", var.adb_admin_password)) &&
      !can(regex("\"|(?i:admin)", var.adb_admin_password))
    )
    error_message = "The adb_admin_password must have 12 to 30 characters with an upper-case letter, a lower-case letter and a digit, and neither a double quote nor the word admin."
  }
}
