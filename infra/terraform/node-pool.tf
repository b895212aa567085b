data "oci_identity_availability_domains" "all" {
  compartment_id = var.compartment_id
}

locals {
  # Names look like Oracle-Linux-8.10-aarch64-2026.01.20-0-OKE-1.34.1-1437, without a
  # processor where that is x86_64; the date and build number order the images of one
  # Kubernetes version.
  node_image_pattern = "^Oracle-Linux-[0-9.]+${var.node_architecture == "aarch64" ? "-aarch64" : ""}-([0-9]{4}\\.[0-9]{2}\\.[0-9]{2})-[0-9]+-OKE-${replace(trimprefix(local.kubernetes_version, "v"), ".", "\\.")}-([0-9]+)$"

  node_images = {
    for source in data.oci_containerengine_node_pool_option.all.sources :
    join("-", [
      regex(local.node_image_pattern, source.source_name)[0],
      format("%08d", tonumber(regex(local.node_image_pattern, source.source_name)[1])),
      source.source_name,
    ]) => source.image_id
    if can(regex(local.node_image_pattern, source.source_name))
  }
  node_image_id = length(local.node_images) == 0 ? "" : local.node_images[reverse(sort(keys(local.node_images)))[0]]
}

resource "oci_containerengine_node_pool" "todo" {
  compartment_id     = var.compartment_id
  cluster_id         = oci_containerengine_cluster.todo.id
  name               = var.node_pool_name
  kubernetes_version = local.kubernetes_version
  node_shape         = var.node_shape
  ssh_public_key     = var.ssh_public_key

  node_shape_config {
    ocpus         = var.node_ocpus
    memory_in_gbs = var.node_memory_gb
  }

  node_source_details {
    source_type             = "IMAGE"
    image_id                = local.node_image_id
    boot_volume_size_in_gbs = var.boot_volume_size_gb
  }

  node_config_details {
    size = var.node_pool_size

    # Free A1 capacity is scarce: naming every availability domain lets OKE take it where there is some.
    dynamic "placement_configs" {
      for_each = data.oci_identity_availability_domains.all.availability_domains

      content {
        availability_domain = placement_configs.value.name
        subnet_id           = oci_core_subnet.private.id
      }
    }
  }

  initial_node_labels {
    key   = "assay.dev/run"
    value = var.run_id
  }

  lifecycle {
    precondition {
      condition     = local.node_image_id != ""
      error_message = "OKE offers no ${var.node_architecture} Oracle Linux image for Kubernetes ${local.kubernetes_version}. Choose another kubernetes_version."
    }
  }
}
