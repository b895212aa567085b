# Rules of the input variables. The provider is mocked: no account and no emulator.

mock_provider "oci" {
  override_data {
    target = data.oci_core_services.oracle
    values = {
      services = [{ id = "service", name = "All FRA Services In Oracle Services Network", cidr_block = "all-fra-services-in-oracle-services-network", description = "" }]
    }
  }
  override_data {
    target = data.oci_identity_availability_domains.all
    values = {
      availability_domains = [
        { id = "1", name = "AD-1", compartment_id = "c" },
        { id = "2", name = "AD-2", compartment_id = "c" },
      ]
    }
  }
  override_data {
    target = data.oci_containerengine_node_pool_option.all
    values = {
      images              = []
      shapes              = ["VM.Standard.A1.Flex"]
      kubernetes_versions = ["v1.34.9", "v1.34.10", "v1.35.0"]
      sources = [
        { image_id = "newest", source_name = "Oracle-Linux-8.10-aarch64-2026.03.31-0-OKE-1.34.10-100", source_type = "IMAGE" },
        { image_id = "older", source_name = "Oracle-Linux-8.10-aarch64-2026.01.31-0-OKE-1.34.10-999", source_type = "IMAGE" },
        { image_id = "x86", source_name = "Oracle-Linux-8.10-2026.04.30-0-OKE-1.34.10-100", source_type = "IMAGE" },
        { image_id = "gpu", source_name = "Oracle-Linux-8.10-Gen2-GPU-2026.04.30-0-OKE-1.34.10-100", source_type = "IMAGE" },
        { image_id = "other-version", source_name = "Oracle-Linux-8.10-aarch64-2026.04.30-0-OKE-1.34.1-100", source_type = "IMAGE" },
      ]
    }
  }
}

variables {
  region             = "eu-frankfurt-1"
  compartment_id     = "ocid1.compartment.oc1..test"
  run_id             = "test"
  expires_at         = "2026-12-31T00:00:00Z"
  adb_admin_password = "Sunflower2026"
}

run "defaults_follow_the_specification" {
  command = plan

  assert {
    condition     = oci_core_vcn.todo.cidr_block == "10.0.0.0/16" && oci_core_vcn.todo.display_name == "todo-vcn"
    error_message = "The VCN is not the specification's."
  }
  assert {
    condition     = oci_core_subnet.public.cidr_block == "10.0.0.0/24" && oci_core_subnet.private.cidr_block == "10.0.1.0/24"
    error_message = "The subnets are not the specification's."
  }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_config_details[0].size == 1
    error_message = "The default is one node, which costs nothing."
  }
  assert {
    condition     = oci_database_autonomous_database.todo.is_free_tier
    error_message = "The database is Always Free."
  }
}

run "newest_patch_and_newest_image" {
  command = plan

  assert {
    condition     = oci_containerengine_cluster.todo.kubernetes_version == "v1.34.10"
    error_message = "1.34 stands for its newest patch, and 10 is newer than 9."
  }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_source_details[0].image_id == "newest"
    error_message = "The image is the newest Arm one of the cluster's version."
  }
}

run "exact_version" {
  command = plan
  variables { kubernetes_version = "v1.34.9" }
  # There is no image for it in the list above.
  expect_failures = [oci_containerengine_node_pool.todo]
}

run "version_not_offered" {
  command = plan
  variables { kubernetes_version = "1.28.2" }
  expect_failures = [oci_containerengine_cluster.todo]
}

run "size_two" {
  command = plan
  variables { node_pool_size = 2 }
  assert {
    condition     = oci_containerengine_node_pool.todo.node_config_details[0].size == 2
    error_message = "Two nodes are allowed."
  }
}

run "size_three" {
  command = plan
  variables { node_pool_size = 3 }
  expect_failures = [var.node_pool_size]
}

run "size_zero" {
  command = plan
  variables { node_pool_size = 0 }
  expect_failures = [var.node_pool_size]
}

run "host_bits_in_vcn_cidr" {
  command = plan
  variables { vcn_cidr = "10.0.0.1/16" }
  expect_failures = [var.vcn_cidr]
}

run "vcn_cidr_too_large" {
  command = plan
  variables { vcn_cidr = "10.0.0.0/8" }
  expect_failures = [var.vcn_cidr]
}

run "subnet_outside_the_vcn" {
  command = plan
  variables { public_subnet_cidr = "10.1.0.0/24" }
  expect_failures = [var.public_subnet_cidr]
}

run "subnets_overlap" {
  command = plan
  variables { private_subnet_cidr = "10.0.0.128/25" }
  expect_failures = [var.private_subnet_cidr]
}

run "not_a_cidr" {
  command = plan
  variables { private_subnet_cidr = "private" }
  expect_failures = [var.private_subnet_cidr]
}

run "small_boot_volume" {
  command = plan
  variables { boot_volume_size_gb = 49 }
  expect_failures = [var.boot_volume_size_gb]
}

run "intel_shape" {
  command = plan
  variables { node_shape = "VM.Standard.E4.Flex" }
  expect_failures = [var.node_shape]
}

run "too_much_memory" {
  command = plan
  variables { node_memory_gb = 129 }
  expect_failures = [var.node_memory_gb]
}

run "weak_password" {
  command = plan
  variables { adb_admin_password = "sunflower" }
  expect_failures = [var.adb_admin_password]
}

run "password_with_the_user_in_it" {
  command = plan
  variables { adb_admin_password = "MyAdmin2026xyz" }
  expect_failures = [var.adb_admin_password]
}

run "expiry_without_zone" {
  command = plan
  variables { expires_at = "tomorrow" }
  expect_failures = [var.expires_at]
}

run "own_tags_may_not_hide_ours" {
  command = plan
  variables { extra_tags = { "assay-run" = "other" } }
  expect_failures = [var.extra_tags]
}

run "dns_label_too_long" {
  command = plan
  variables { vcn_dns_label = "abcdefghijklmnop" }
  expect_failures = [var.vcn_dns_label]
}

run "compartment_is_no_ocid" {
  command = plan
  variables { compartment_id = "my-compartment" }
  expect_failures = [var.compartment_id]
}

run "no_one_may_reach_the_api" {
  command = plan
  variables { api_allowed_cidrs = [] }
  expect_failures = [var.api_allowed_cidrs]
}
