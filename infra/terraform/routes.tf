resource "oci_core_route_table" "public" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "${local.prefix}-public"
  freeform_tags  = local.tags

  route_rules {
    description       = "Internet"
    destination       = "0.0.0.0/0"
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_internet_gateway.todo.id
  }
}

resource "oci_core_route_table" "private" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = "${local.prefix}-private"
  freeform_tags  = local.tags

  route_rules {
    description       = "Internet, outbound only"
    destination       = "0.0.0.0/0"
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_nat_gateway.todo.id
  }

  route_rules {
    description       = "Oracle services without crossing the internet"
    destination       = local.oracle_services.cidr_block
    destination_type  = "SERVICE_CIDR_BLOCK"
    network_entity_id = oci_core_service_gateway.todo.id
  }
}
