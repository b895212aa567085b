resource "oci_core_vcn" "todo" {
  compartment_id = var.compartment_id
  display_name   = var.vcn_name
  cidr_block     = var.vcn_cidr
  dns_label      = var.vcn_dns_label
  freeform_tags  = local.tags
}

resource "oci_core_subnet" "public" {
  compartment_id             = var.compartment_id
  vcn_id                     = oci_core_vcn.todo.id
  display_name               = var.public_subnet_name
  cidr_block                 = var.public_subnet_cidr
  dns_label                  = var.public_subnet_dns_label
  prohibit_public_ip_on_vnic = false
  route_table_id             = oci_core_route_table.public.id
  security_list_ids          = [oci_core_security_list.subnet["public"].id]
  freeform_tags              = local.tags
}

resource "oci_core_subnet" "private" {
  compartment_id             = var.compartment_id
  vcn_id                     = oci_core_vcn.todo.id
  display_name               = var.private_subnet_name
  cidr_block                 = var.private_subnet_cidr
  dns_label                  = var.private_subnet_dns_label
  prohibit_public_ip_on_vnic = true
  route_table_id             = oci_core_route_table.private.id
  security_list_ids          = [oci_core_security_list.subnet["private"].id]
  freeform_tags              = local.tags
}
