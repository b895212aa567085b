# --- Cluster -----------------------------------------------------------------

variable "cluster_name" {
  description = "Name of the OKE cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes version: a minor release such as 1.34, of which the newest patch that OKE offers is taken, or an exact one such as v1.34.1."
  type        = string

  validation {
    condition     = can(regex("^v?1\\.[0-9]+(\\.[0-9]+)?$", var.kubernetes_version))
    error_message = "The kubernetes_version must look like 1.34 or v1.34.1."
  }
}

variable "is_api_endpoint_public" {
  description = "Whether the Kubernetes API endpoint gets a public address. A private one needs a bastion or a runner inside the VCN."
  type        = bool
}

variable "pods_cidr" {
  description = "Overlay range of pods; must not overlap the VCN."
  type        = string

  validation {
    condition     = can(cidrhost(var.pods_cidr, 0))
    error_message = "The pods_cidr must be an IPv4 network, e.g. 10.244.0.0/16."
  }
}

variable "services_cidr" {
  description = "Range of cluster IPs; must not overlap the VCN or pods_cidr."
  type        = string

  validation {
    condition     = can(cidrhost(var.services_cidr, 0))
    error_message = "The services_cidr must be an IPv4 network, e.g. 10.96.0.0/16."
  }
}

# --- Node pool ---------------------------------------------------------------

variable "node_pool_name" {
  description = "Name of the node pool."
  type        = string
}

variable "node_shape" {
  description = "Shape of the worker nodes, a flexible one."
  type        = string

  validation {
    condition     = can(regex("^VM\\.Standard[0-9]*\\.[A-Z][0-9]+\\.Flex$", var.node_shape))
    error_message = "The node_shape must be a flexible shape such as VM.Standard.A1.Flex."
  }
  # Names of Arm shapes have an A where those of other processors have another letter.
  validation {
    condition     = (var.node_architecture == "aarch64") == can(regex("\\.A[0-9]+\\.", var.node_shape))
    error_message = "The node_shape must be of the node_architecture: shapes such as VM.Standard.A1.Flex are aarch64, all others x86_64."
  }
}

variable "node_architecture" {
  description = "Processor of the worker nodes, which decides their image: aarch64 or x86_64."
  type        = string

  validation {
    condition     = contains(["aarch64", "x86_64"], var.node_architecture)
    error_message = "The node_architecture must be aarch64 or x86_64."
  }
}

variable "node_ocpus" {
  description = "OCPUs of each node."
  type        = number

  validation {
    condition     = var.node_ocpus >= 1 && var.node_ocpus == floor(var.node_ocpus)
    error_message = "The node_ocpus must be a whole number of at least 1."
  }
}

variable "node_memory_gb" {
  description = "Memory of each node in GB; A1 takes 1 to 64 per OCPU."
  type        = number

  validation {
    condition     = var.node_memory_gb >= var.node_ocpus && var.node_memory_gb <= 64 * var.node_ocpus
    error_message = "The node_memory_gb must lie between 1 and 64 GB for each OCPU."
  }
}

variable "node_pool_size" {
  description = "Number of worker nodes. What goes past the Always Free allowance costs money (see `assay cloud cost`)."
  type        = number

  validation {
    condition     = contains(range(var.node_pool_min_size, var.node_pool_max_size + 1), var.node_pool_size)
    error_message = "The node_pool_size must be ${join(" or ", range(var.node_pool_min_size, var.node_pool_max_size + 1))}."
  }
}

variable "node_pool_min_size" {
  description = "The fewest worker nodes that the specification allows."
  type        = number
}

variable "node_pool_max_size" {
  description = "The most worker nodes that the specification allows."
  type        = number
}

variable "boot_volume_size_gb" {
  description = "Boot volume of each node in GB; 50 is the smallest that OCI makes."
  type        = number

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

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9]{0,13}$", var.adb_name))
    error_message = "The adb_name must start with a letter and hold at most 14 letters and digits."
  }
}

variable "adb_display_name" {
  description = "Display name of the Autonomous Database."
  type        = string
}

variable "adb_workload" {
  description = "Workload of the Autonomous Database: OLTP, DW, AJD or APEX."
  type        = string

  validation {
    condition     = contains(["OLTP", "DW", "AJD", "APEX"], var.adb_workload)
    error_message = "The adb_workload must be OLTP, DW, AJD or APEX."
  }
}

variable "adb_always_free" {
  description = "Whether the Autonomous Database is an Always Free one."
  type        = bool
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
