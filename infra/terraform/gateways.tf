# "All <region> Services In Oracle Services Network": nodes register with OKE and
# pull their images through it instead of through the internet.
data "oci_core_services" "oracle" {
  filter {
    name   = "name"
    values = ["All .* Services In Oracle Services Network"]
    regex  = true
  }
}

locals {
  oracle_services = data.oci_core_services.oracle.services[0]
}

resource "oci_core_internet_gateway" "todo" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = var.internet_gateway_name
  enabled        = true
  freeform_tags  = local.tags
}

resource "oci_core_nat_gateway" "todo" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = var.nat_gateway_name
  block_traffic  = false
  freeform_tags  = local.tags
}

resource "oci_core_service_gateway" "todo" {
  compartment_id = var.compartment_id
  vcn_id         = oci_core_vcn.todo.id
  display_name   = var.service_gateway_name
  freeform_tags  = local.tags

  services {
    service_id = local.oracle_services.id
  }
}
