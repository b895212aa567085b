# The rules that OKE asks for with the flannel overlay, one list for each role:
# https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
# API endpoint and load balancers share the public subnet, so it carries two lists.
# The cloud controller must not add rules of its own: Services of type LoadBalancer
# carry the annotation that turns its rule management off.

resource "oci_core_security_list" "api_endpoint" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "todo-api-endpoint"
  freeform_tags  = local.tags

  dynamic "ingress_security_rules" {
    for_each = var.api_allowed_cidrs

    content {
      description = "Kubernetes API from clients"
      protocol    = local.protocol.tcp
      source      = ingress_security_rules.value
      source_type = "CIDR_BLOCK"
      stateless   = false

      tcp_options {
        min = 6443
        max = 6443
      }
    }
  }

  ingress_security_rules {
    description = "Kubernetes API from workers"
    protocol    = local.protocol.tcp
    source      = var.private_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false

    tcp_options {
      min = 6443
      max = 6443
    }
  }

  ingress_security_rules {
    description = "Control plane from workers"
    protocol    = local.protocol.tcp
    source      = var.private_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false

    tcp_options {
      min = 12250
      max = 12250
    }
  }

  ingress_security_rules {
    description = "Path discovery from workers"
    protocol    = local.protocol.icmp
    source      = var.private_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false

    icmp_options {
      type = 3
      code = 4
    }
  }

  egress_security_rules {
    description      = "Control plane to Oracle services"
    protocol         = local.protocol.tcp
    destination      = local.oracle_services.cidr_block
    destination_type = "SERVICE_CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 443
      max = 443
    }
  }

  egress_security_rules {
    description      = "Control plane to workers"
    protocol         = local.protocol.tcp
    destination      = var.private_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false
  }

  egress_security_rules {
    description      = "Path discovery to workers"
    protocol         = local.protocol.icmp
    destination      = var.private_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false

    icmp_options {
      type = 3
      code = 4
    }
  }
}

resource "oci_core_security_list" "load_balancer" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "todo-load-balancer"
  freeform_tags  = local.tags

  dynamic "ingress_security_rules" {
    for_each = setproduct(["80", "443"], var.ingress_allowed_cidrs)

    content {
      description = "Application on ${ingress_security_rules.value[0]}"
      protocol    = local.protocol.tcp
      source      = ingress_security_rules.value[1]
      source_type = "CIDR_BLOCK"
      stateless   = false

      tcp_options {
        min = tonumber(ingress_security_rules.value[0])
        max = tonumber(ingress_security_rules.value[0])
      }
    }
  }

  egress_security_rules {
    description      = "Node ports on workers"
    protocol         = local.protocol.tcp
    destination      = var.private_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 30000
      max = 32767
    }
  }

  egress_security_rules {
    description      = "kube-proxy health checks on workers"
    protocol         = local.protocol.tcp
    destination      = var.private_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 10256
      max = 10256
    }
  }
}

resource "oci_core_security_list" "workers" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "todo-workers"
  freeform_tags  = local.tags

  ingress_security_rules {
    description = "Pods and nodes among workers"
    protocol    = local.protocol.all
    source      = var.private_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false
  }

  ingress_security_rules {
    description = "Control plane to workers"
    protocol    = local.protocol.tcp
    source      = var.public_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false
  }

  ingress_security_rules {
    description = "Path discovery"
    protocol    = local.protocol.icmp
    source      = "0.0.0.0/0"
    source_type = "CIDR_BLOCK"
    stateless   = false

    icmp_options {
      type = 3
      code = 4
    }
  }

  ingress_security_rules {
    description = "Node ports from load balancers"
    protocol    = local.protocol.tcp
    source      = var.public_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false

    tcp_options {
      min = 30000
      max = 32767
    }
  }

  ingress_security_rules {
    description = "kube-proxy health checks from load balancers"
    protocol    = local.protocol.tcp
    source      = var.public_subnet_cidr
    source_type = "CIDR_BLOCK"
    stateless   = false

    tcp_options {
      min = 10256
      max = 10256
    }
  }

  egress_security_rules {
    description      = "Pods and nodes among workers"
    protocol         = local.protocol.all
    destination      = var.private_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false
  }

  egress_security_rules {
    description      = "Path discovery"
    protocol         = local.protocol.icmp
    destination      = "0.0.0.0/0"
    destination_type = "CIDR_BLOCK"
    stateless        = false

    icmp_options {
      type = 3
      code = 4
    }
  }

  egress_security_rules {
    description      = "Workers to Oracle services"
    protocol         = local.protocol.tcp
    destination      = local.oracle_services.cidr_block
    destination_type = "SERVICE_CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 443
      max = 443
    }
  }

  egress_security_rules {
    description      = "Workers to the Kubernetes API"
    protocol         = local.protocol.tcp
    destination      = var.public_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 6443
      max = 6443
    }
  }

  egress_security_rules {
    description      = "Workers to the control plane"
    protocol         = local.protocol.tcp
    destination      = var.public_subnet_cidr
    destination_type = "CIDR_BLOCK"
    stateless        = false

    tcp_options {
      min = 12250
      max = 12250
    }
  }

  egress_security_rules {
    description      = "Workers to the internet through the NAT gateway"
    protocol         = local.protocol.tcp
    destination      = "0.0.0.0/0"
    destination_type = "CIDR_BLOCK"
    stateless        = false
  }
}
