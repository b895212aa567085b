# --- Network -----------------------------------------------------------------
# What has no default here and in variables-cluster.tf is the specification's: see
# terraform.tfvars.json, which is made of it (go generate ./infra/tfvars).

variable "vcn_name" {
  description = "Display name of the VCN."
  type        = string
}

variable "vcn_cidr" {
  description = "IPv4 range of the VCN, prefix length /16 to /30."
  type        = string

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

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,14}$", var.vcn_dns_label))
    error_message = "The vcn_dns_label must start with a letter and hold at most 15 lower-case letters and digits."
  }
}

variable "public_subnet_cidr" {
  description = "IPv4 range of the public subnet (API endpoint and load balancers); must lie inside vcn_cidr."
  type        = string

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

variable "public_subnet_name" {
  description = "Display name of the public subnet."
  type        = string
}

variable "public_subnet_dns_label" {
  description = "DNS label of the public subnet."
  type        = string
}

variable "private_subnet_name" {
  description = "Display name of the private subnet."
  type        = string
}

variable "private_subnet_dns_label" {
  description = "DNS label of the private subnet."
  type        = string
}

variable "internet_gateway_name" {
  description = "Display name of the internet gateway."
  type        = string
}

variable "nat_gateway_name" {
  description = "Display name of the NAT gateway."
  type        = string
}

variable "service_gateway_name" {
  description = "Display name of the gateway to Oracle's services."
  type        = string
}

variable "security_rules" {
  description = "The rules of the subnets' security lists. Without port_min every port is meant; icmp_type and icmp_code are for ICMP."
  type = list(object({
    subnet    = string
    direction = string
    protocol  = string
    peer      = string
    port_min  = optional(number)
    port_max  = optional(number)
    icmp_type = optional(number)
    icmp_code = optional(number)
    purpose   = string
  }))

  validation {
    condition = alltrue([
      for rule in var.security_rules :
      contains(["public", "private"], rule.subnet) && contains(["ingress", "egress"], rule.direction) &&
      contains(["all", "icmp", "tcp"], rule.protocol) && contains(["internet", "public", "private", "services"], rule.peer)
    ])
    error_message = "Each rule of security_rules needs subnet public or private, direction ingress or egress, protocol all, icmp or tcp, and peer internet, public, private or services."
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
