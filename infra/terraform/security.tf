# The rules are those of the specification, one list for each subnet. OKE names what it
# asks for with the flannel overlay:
# https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
# API endpoint and load balancers share the public subnet.
# The cloud controller must not add rules of its own: Services of type LoadBalancer
# carry the annotation that turns its rule management off.

locals {
  peers = {
    internet = ["0.0.0.0/0"]
    public   = [var.public_subnet_cidr]
    private  = [var.private_subnet_cidr]
    services = [local.oracle_services.cidr_block]
  }

  # Who is meant by the internet where it comes in: whom the API, and whom the load
  # balancer lets in.
  security_rules = flatten([
    for rule in var.security_rules : [
      for cidr in(
        rule.subnet == "public" && rule.direction == "ingress" && rule.protocol == "tcp" && rule.peer == "internet" ?
        tolist(rule.port_min == 6443 ? var.api_allowed_cidrs : var.ingress_allowed_cidrs) : tolist(local.peers[rule.peer])
      ) : merge(rule, { cidr = cidr, cidr_type = rule.peer == "services" ? "SERVICE_CIDR_BLOCK" : "CIDR_BLOCK" })
    ]
  ])

  rules_of = {
    for list in setproduct(["public", "private"], ["ingress", "egress"]) :
    join("-", list) => [for rule in local.security_rules : rule if rule.subnet == list[0] && rule.direction == list[1]]
  }
}

resource "oci_core_security_list" "subnet" {
  for_each = { public = "public", private = "workers" }

  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "${local.prefix}-${each.value}"
  freeform_tags  = local.tags

  dynamic "ingress_security_rules" {
    for_each = local.rules_of["${each.key}-ingress"]

    content {
      description = ingress_security_rules.value.purpose
      protocol    = local.protocol[ingress_security_rules.value.protocol]
      source      = ingress_security_rules.value.cidr
      source_type = ingress_security_rules.value.cidr_type
      stateless   = false

      dynamic "tcp_options" {
        for_each = ingress_security_rules.value.port_min == null ? [] : [ingress_security_rules.value]

        content {
          min = tcp_options.value.port_min
          max = tcp_options.value.port_max
        }
      }

      dynamic "icmp_options" {
        for_each = ingress_security_rules.value.icmp_type == null ? [] : [ingress_security_rules.value]

        content {
          type = icmp_options.value.icmp_type
          code = icmp_options.value.icmp_code
        }
      }
    }
  }

  dynamic "egress_security_rules" {
    for_each = local.rules_of["${each.key}-egress"]

    content {
      description      = egress_security_rules.value.purpose
      protocol         = local.protocol[egress_security_rules.value.protocol]
      destination      = egress_security_rules.value.cidr
      destination_type = egress_security_rules.value.cidr_type
      stateless        = false

      dynamic "tcp_options" {
        for_each = egress_security_rules.value.port_min == null ? [] : [egress_security_rules.value]

        content {
          min = tcp_options.value.port_min
          max = tcp_options.value.port_max
        }
      }

      dynamic "icmp_options" {
        for_each = egress_security_rules.value.icmp_type == null ? [] : [egress_security_rules.value]

        content {
          type = icmp_options.value.icmp_type
          code = icmp_options.value.icmp_code
        }
      }
    }
  }
}

# Their addresses in the state of a run that was made before.
moved {
  from = oci_core_security_list.public
  to   = oci_core_security_list.subnet["public"]
}

moved {
  from = oci_core_security_list.workers
  to   = oci_core_security_list.subnet["private"]
}
