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
