data "oci_containerengine_node_pool_option" "all" {
  node_pool_option_id = "all"
  compartment_id      = var.compartment_id
}

locals {
  wanted_version = trimprefix(var.kubernetes_version, "v")

  # OKE drops patch releases every few months: a minor release stands for its newest
  # patch. Zero-padded keys make the text order the version order.
  offered_versions = {
    for version in data.oci_containerengine_node_pool_option.all.kubernetes_versions :
    join(".", [for part in split(".", trimprefix(version, "v")) : format("%05d", tonumber(part))]) => version
    if version == "v${local.wanted_version}" || startswith(version, "v${local.wanted_version}.")
  }
  kubernetes_version = length(local.offered_versions) == 0 ? "" : local.offered_versions[reverse(sort(keys(local.offered_versions)))[0]]
}

# No type is given: BASIC_CLUSTER, which is free, is what the API makes by default.
resource "oci_containerengine_cluster" "todo" {
  compartment_id     = var.compartment_id
  vcn_id             = oci_core_vcn.todo.id
  name               = var.cluster_name
  kubernetes_version = local.kubernetes_version

  endpoint_config {
    subnet_id            = oci_core_subnet.public.id
    is_public_ip_enabled = var.is_api_endpoint_public
  }

  options {
    service_lb_subnet_ids = [oci_core_subnet.public.id]

    kubernetes_network_config {
      pods_cidr     = var.pods_cidr
      services_cidr = var.services_cidr
    }
  }

  lifecycle {
    precondition {
      condition     = local.kubernetes_version != ""
      error_message = "OKE does not offer Kubernetes ${var.kubernetes_version}. Set kubernetes_version to one of: ${join(", ", data.oci_containerengine_node_pool_option.all.kubernetes_versions)}."
    }
  }
}

data "oci_containerengine_cluster_kube_config" "todo" {
  cluster_id    = oci_containerengine_cluster.todo.id
  token_version = "2.0.0"
}
